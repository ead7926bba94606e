"""Earthly targets."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

EARTHFILE = """\
VERSION 0.8
FROM golang:1.23

deps:
    COPY go.mod .
    RUN go mod download

build:
    FROM +deps
    RUN go build

MY_FUNCTION:
    FUNCTION
    RUN true

test: # unit
    RUN go test ./...
"""


def test_targets_are_commands_and_functions_are_not() -> None:
    component = component_of(facts_of({"Earthfile": EARTHFILE}), "earthly")
    assert {one.name for one in component.commands} == {"earthly:deps", "earthly:build", "earthly:test"}
    test = command_of(component, "earthly:test")
    assert (test.argv, test.role, test.source.line) == (("earthly", "+test"), "test", 16)


def test_another_name_is_none() -> None:
    assert pairs_of(facts_of({"Earthfile.md": EARTHFILE}), "earthly") == set()
