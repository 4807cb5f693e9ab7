"""What a trained model is: features, classifiers, and the folder they are kept in."""
