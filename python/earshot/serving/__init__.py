"""What every Earshot process shares: launch line, loopback security, health, metrics and an orderly end."""

from earshot.serving.errors import ApiError
from earshot.serving.launch import BadLaunchLine
from earshot.serving.server import run
from earshot.serving.service import Description, Service, place
from earshot.serving.worker import engine_worker

__all__ = ["ApiError", "BadLaunchLine", "Description", "Service", "engine_worker", "place", "run"]
