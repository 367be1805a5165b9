"""Figures as tutorials draw them, each as a function of pyplot; the last one that is open is drawn."""

from __future__ import annotations

from typing import Any

import numpy


def scatter(plt: Any) -> None:
    random = numpy.random.default_rng(0)
    x = random.normal(size=300)
    plt.figure(figsize=(8, 6))
    plt.scatter(x, -3.4 * x + 4.2 + random.normal(scale=2, size=300), s=1)
    plt.xlabel("Feature 1")
    plt.ylabel("Label")
    plt.title("Scatter plot of Feature 1 vs Labels")


def line_through_points(plt: Any) -> None:
    random = numpy.random.default_rng(10)
    x = random.random(20) * 10
    plt.scatter(x, 2 * x + 5 + random.normal(size=20))
    plt.plot(x, 2.4 * x + 3.1, "r-", lw=5)
    plt.text(2, 20, "Loss=0.9837", fontdict={"size": 20, "color": "red"})
    plt.xlim(1.5, 10)
    plt.ylim(8, 28)
    plt.title("Iteration: 80\nw: [2.4] b: [3.1]")


def decision_boundary(plt: Any) -> None:
    random = numpy.random.default_rng(1)
    x, y = numpy.meshgrid(numpy.linspace(-5, 5, 50), numpy.linspace(-5, 5, 50))
    plt.contourf(x, y, 1 / (1 + numpy.exp(-x - y)), levels=4, cmap="RdBu")
    plt.scatter(*(random.normal(size=(2, 30)) + 1.7), c="r", label="class 0")
    plt.scatter(*(random.normal(size=(2, 30)) - 1.7), c="b", marker="x", label="class 1")
    plt.title("decision boundary $w^T x = 0$")
    plt.legend()


def training(plt: Any) -> None:
    steps = numpy.arange(200)
    figure, axes = plt.subplots(2, 2, figsize=(8, 6))
    axes[0, 0].plot(steps, 4.2 * numpy.exp(-steps / 40), label="train")
    axes[0, 0].plot(steps, 4.4 * numpy.exp(-steps / 60), "--", label="validation")
    axes[0, 0].set(xlabel="epoch", ylabel="loss")
    axes[0, 0].legend()
    axes[0, 1].semilogy(steps, numpy.exp(-steps / 20))
    axes[0, 1].grid()
    axes[1, 0].hist(numpy.random.default_rng(0).normal(size=1000), bins=20)
    axes[1, 0].set_title("weights")
    drawn = axes[1, 1].imshow(numpy.arange(64).reshape(8, 8) % 11)
    figure.colorbar(drawn)
    figure.suptitle("Training")


PROGRAMS = {each.__name__: each for each in (scatter, line_through_points, decision_boundary, training)}
