"""The commands that generators of sites and books share: build, serve, watch; of role ``docs`` beside a program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Evidence, Fact


@dataclass(frozen=True, slots=True)
class Site:
    """How one site is built and served. ``product`` decides whether its commands are the repository's main ones."""

    make: Conventions
    build: tuple[str, ...]
    serve: tuple[str, ...]
    dev: tuple[str, ...]
    port: int
    product: bool
    port_source: Evidence | None = None

    def commands(self) -> Iterator[Command]:
        """Yield build, serve and, for a product, the form for writing."""
        make = self.make
        yield make.command(
            "build", *self.build, role="build" if self.product else "docs", confidence=0.9, origin="framework"
        )
        yield make.command(
            "serve", *self.serve, role="start" if self.product else "docs", confidence=0.85, origin="framework"
        )
        if self.product:
            yield make.command("dev", *self.dev, role="dev", confidence=0.85, origin="framework")

    def service(self) -> Iterator[Fact]:
        """Yield the server of a site that is the product; documentation beside a program is started by nobody else."""
        if self.product:
            source = self.port_source or self.make.source
            yield from web_service(self.make.folder, self.make.system, self.serve, self.port, source)
