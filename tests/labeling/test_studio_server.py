"""The server that the tests marked `studio` run against."""

import pytest
import requests


@pytest.mark.studio
@pytest.mark.parametrize("name", ["token", "reader-a", "reader-b"])
def test_every_token_of_the_server_opens_it(studio_server: dict[str, str], name: str) -> None:
    headers = {"Authorization": f"Token {studio_server[name]}"}
    assert requests.get(f"{studio_server['url']}/api/projects", headers=headers, timeout=30).status_code == 200


@pytest.mark.studio
def test_the_personal_token_is_one(studio_server: dict[str, str]) -> None:
    body = {"refresh": studio_server["personal_token"]}
    assert requests.post(f"{studio_server['url']}/api/token/refresh/", json=body, timeout=30).status_code == 200
