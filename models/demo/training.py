"""What the trainings share: the clock, the schedule, checkpoints that a later run goes on from."""

import argparse
import os
import time
from pathlib import Path

import torch
from torch import nn


def arguments(description: str, minutes: float) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("work", type=Path, help="where checkpoints are kept and found again")
    parser.add_argument("--minutes", type=float, default=minutes, help="for the whole training, over all runs")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.work.mkdir(parents=True, exist_ok=True)
    return args


class Training:
    """Counts steps and minutes; saves `parts` (modules and optimizers) every few minutes and at the end."""

    SAVE_SECONDS = 180

    def __init__(
        self, name: str, args: argparse.Namespace, parts: dict[str, nn.Module | torch.optim.Optimizer]
    ) -> None:
        self.path = args.work / f"{name}.pt"
        self.name, self.minutes, self.parts = name, args.minutes, parts
        self.step, self.spent = 0, 0.0
        if self.path.exists():
            saved = torch.load(self.path, weights_only=True)
            self.step, self.spent = saved["step"], saved["spent"]
            for part, state in saved["parts"].items():
                if part in parts:
                    parts[part].load_state_dict(state)
            print(f"{name}: going on from step {self.step}, minute {self.spent / 60:.1f}", flush=True)
        self.begun = self.saved = self.reported = time.monotonic()
        self.sums: dict[str, float] = {}
        self.counted = 0

    @property
    def seconds(self) -> float:
        return self.spent + time.monotonic() - self.begun

    @property
    def progress(self) -> float:
        return min(self.seconds / (self.minutes * 60), 1.0)

    def rate(self, peak: float, last: float, warm_up: int = 200) -> float:
        """Rises over `warm_up` steps, then falls from `peak` to `last` as the minutes go."""
        return min(1.0, (self.step + 1) / warm_up) * peak * (last / peak) ** self.progress

    def straight_rate(self, peak: float, warm_up: int = 200) -> float:
        """Rises over `warm_up` steps, then falls in a straight line, to almost nothing at the end."""
        return min(1.0, (self.step + 1) / warm_up) * peak * (1.01 - self.progress)

    def next(self) -> bool:
        if self.seconds >= self.minutes * 60:
            self.save()
            return False
        if time.monotonic() - self.saved > self.SAVE_SECONDS:
            self.save()
        return True

    def count(self, **losses: float) -> None:
        self.step += 1
        self.counted += 1
        for name, loss in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(loss)
        if time.monotonic() - self.reported > 20:
            means = " ".join(f"{name} {total / self.counted:.4f}" for name, total in self.sums.items())
            pace = (time.monotonic() - self.reported) / self.counted
            print(f"{self.name} {self.step} {self.seconds / 60:.1f} min {pace:.2f} s/step {means}", flush=True)
            self.sums, self.counted, self.reported = {}, 0, time.monotonic()

    def save(self) -> None:
        states = {name: part.state_dict() for name, part in self.parts.items()}
        partial = self.path.with_suffix(".partial")
        torch.save({"step": self.step, "spent": self.seconds, "parts": states}, partial)
        os.replace(partial, self.path)
        self.saved = time.monotonic()


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
