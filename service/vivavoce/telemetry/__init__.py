"""What the operator sees of the service.

metrics  Telemetry: told of every request and of every batch, it keeps the metrics of one registry
logs     one line per request, and how lines are written; the text of a request is in none of them
page     /metrics over HTTP: ours, and Envoy's behind them
"""

from vivavoce.telemetry.logs import configure_logging
from vivavoce.telemetry.metrics import Telemetry
from vivavoce.telemetry.page import MetricsPage

__all__ = ["MetricsPage", "Telemetry", "configure_logging"]
