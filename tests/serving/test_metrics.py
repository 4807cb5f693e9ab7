"""Tests of serving.metrics."""

from datetime import UTC, datetime

from serving.metrics import Metrics
from serving.model_holder import ModelHolder, Refusal
from serving.request_log import RequestRecord


def lines(metrics: Metrics) -> list[str]:
    return metrics.text().decode().splitlines()


def test_requests_are_counted_by_route_and_status() -> None:
    metrics = Metrics()
    for status in (200, 200, 422):
        metrics.request(RequestRecord("1", "POST", "/v1/predict", status, 0.004))
    assert 'standpoint_requests_total{method="POST",route="/v1/predict",status="200"} 2.0' in lines(metrics)
    assert 'standpoint_requests_total{method="POST",route="/v1/predict",status="422"} 1.0' in lines(metrics)
    assert 'standpoint_request_seconds_bucket{le="0.005",route="/v1/predict"} 3.0' in lines(metrics)


def test_a_made_up_method_makes_no_series_of_its_own() -> None:
    metrics = Metrics()
    metrics.request(RequestRecord("1", "HACK", "unknown", 405, 0.1))
    assert 'standpoint_requests_total{method="other",route="unknown",status="405"} 1.0' in lines(metrics)


def test_batches_are_measured() -> None:
    metrics = Metrics()
    metrics.batch(3, 9000, 0.02)
    metrics.queued(7)
    wanted = ("standpoint_articles_total 3.0", "standpoint_characters_total 9000.0", "standpoint_queue_articles 7.0")
    assert set(wanted) <= set(lines(metrics))
    assert 'standpoint_batch_articles_bucket{le="4.0"} 1.0' in lines(metrics)


def test_only_the_model_in_use_is_named_and_refusals_are_counted(holder: ModelHolder) -> None:
    metrics, served = Metrics(), holder.current
    metrics.model(served)
    metrics.model(Refusal(served.info, "it is spoiled", datetime(2026, 1, 1, tzinfo=UTC)))
    metrics.model(served)
    named = [line for line in lines(metrics) if line.startswith("standpoint_model{")]
    assert named == [f'standpoint_model{{codebook="{served.info.codebook}",version="{served.info.model}"}} 1.0']
    assert "standpoint_model_loads_total 2.0" in lines(metrics)
    assert "standpoint_model_refusals_total 1.0" in lines(metrics)


def test_two_services_do_not_count_together() -> None:
    first, second = Metrics(), Metrics()
    first.batch(1, 1, 1)
    assert "standpoint_articles_total 0.0" in lines(second)
