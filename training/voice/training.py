"""What the trainings have in common: time budget, learning rate, running average, checkpoints, reports."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.voice.progress import bars
from training.voice.settings import Schedule

Figures = Mapping[str, float]
LOWEST_SHARE = 0.05
"""Of the learning rate, at the end."""


def chosen_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed(device: torch.device) -> torch.autocast:
    """bfloat16 where it pays: on the CPUs tried it was slower than float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


@dataclass(slots=True)
class Training:
    """A network on its way."""

    name: str
    network: nn.Module
    schedule: Schedule
    checkpoint: Path
    optimisers: dict[str, torch.optim.Optimizer]
    judges: nn.Module | None = None
    judged: bool = False
    """Whether the judges are asked."""
    judged_steps: int = 0
    """How often they have been."""
    step: int = 0
    average: dict[str, Tensor] = field(default_factory=dict)
    best: float = float("inf")
    """The lowest first figure so far; with it the average is kept as `best` in the checkpoint."""
    best_average: dict[str, Tensor] = field(default_factory=dict)
    keeps_best: bool = False
    _began_at: int = 0

    def begin(self, start: Path | None) -> None:
        """Goes on from the checkpoint if there is one, or from the weights in `start`, or from nothing."""
        if self.checkpoint.exists():
            self._restore(torch.load(self.checkpoint, map_location="cpu", weights_only=True))
        elif start:
            self._take_over(torch.load(start, map_location="cpu", weights_only=True))
        self._began_at = self.step
        if not self.average:
            self.average = {name: value.detach().clone() for name, value in self.network.state_dict().items()}

    def run(
        self,
        minutes: float,
        learn: Callable[["Training"], Figures],
        measure: Callable[[], Figures],
    ) -> None:
        """Trains until the time or the schedule's steps are over; always ends with a checkpoint.

        `learn` takes one step, `measure` gives the held-out figures of the average, the decisive one first.
        """
        begin, losses = time.monotonic(), list[Figures]()
        with bars() as shown:
            task = shown.add_task(self.name, total=self.schedule.steps, completed=self.step, note="")
            while (spent := self._spent((time.monotonic() - begin) / 60 / max(minutes, 1e-9))) < 1:
                self._set_rates(spent)
                losses.append(learn(self))
                self.step += 1
                self.judged_steps += self.judged
                self._follow()
                shown.update(task, completed=self.step)
                if self.step % self.schedule.report_steps == 0:
                    note = self._report(losses, measure)
                    shown.update(task, note=note)
                    if shown.disable:
                        spent_minutes = (time.monotonic() - begin) / 60
                        print(f"{self.name} {self.step} {spent_minutes:.1f} min {note}", flush=True)
                    losses.clear()
        self._report(losses, measure)

    def _spent(self, share: float) -> float:
        return max(share, self.step / self.schedule.steps)

    def _set_rates(self, spent: float) -> None:
        warm = min(1, (self.step - self._began_at + 1) / self.schedule.warm_up_steps)
        steady = self.schedule.steady_share
        fall = 1 if spent < steady else max(LOWEST_SHARE, (1 - spent) / (1 - steady))
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = self.schedule.learning_rate * warm * fall

    @torch.no_grad()
    def _follow(self) -> None:
        # At first all steps weigh the same: the random beginning is soon forgotten.
        share = max(self.schedule.average, 0 if self._began_at else 1 / self.step)
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, share)
            else:
                self.average[name].copy_(value)

    @torch.no_grad()
    def _report(self, losses: list[Figures], measure: Callable[[], Figures]) -> str:
        """Measures the average, keeps it if it is the best, writes the checkpoint."""
        now = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.network.load_state_dict(self.average)
        self.network.eval()
        figures = measure()
        self.network.load_state_dict(now)
        self.network.train()
        score = next(iter(figures.values()))
        if self.keeps_best and score < self.best:
            self.best = score
            self.best_average = {name: value.clone() for name, value in self.average.items()}
        self._save()
        learnt = {name: np.mean([loss[name] for loss in losses]) for name in (losses[0] if losses else {})}
        return ", ".join(f"{name} {value:.4g}" for name, value in {**learnt, **figures}.items())

    def _save(self) -> None:
        state: dict[str, Any] = {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average,
            "best": self.best,
            "best_average": self.best_average,
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self.optimisers.items()},
            "judged_steps": self.judged_steps,
            "judges": self.judges.state_dict() if self.judges else {},
        }
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.checkpoint.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.rename(self.checkpoint)

    def _take_over(self, weights: Mapping[str, Any]) -> None:
        """What `compact` wrote, of this network or of one that is alike in parts."""
        self.network.load_state_dict(_single(weights["network"]), strict=False)
        if self.judges and weights["judges"]:
            self.judges.load_state_dict(_single(weights["judges"]), strict=False)

    def _restore(self, state: Mapping[str, Any]) -> None:
        device = next(self.network.parameters()).device
        self.step, self.judged_steps, self.best = state["step"], state["judged_steps"], state["best"]
        self.network.load_state_dict(state["network"])
        self.average = {name: value.to(device) for name, value in state["average"].items()}
        self.best_average = {name: value.to(device) for name, value in state["best_average"].items()}
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        if self.judges and state["judges"]:
            self.judges.load_state_dict(state["judges"])


def is_judged(checkpoint: Path) -> bool:
    """Whether it has been trained against judges already."""
    if not checkpoint.exists():
        return False
    return bool(torch.load(checkpoint, map_location="cpu", weights_only=True)["judged_steps"])


def weights_of(checkpoint: Path) -> dict[str, Tensor]:
    """What is exported of a checkpoint: the best average where the best was kept, else the latest."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    return state["best_average"] or state["average"]


def compact(checkpoint: Path, target: Path) -> None:
    """The weights alone, in half precision: a beginning for another training (`--start`)."""
    judges = torch.load(checkpoint, map_location="cpu", weights_only=True)["judges"]
    torch.save({"network": _half(weights_of(checkpoint)), "judges": _half(judges)}, target)


def _half(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.half() if value.is_floating_point() else value for name, value in weights.items()}


def _single(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}
