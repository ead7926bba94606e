"""Dockerfiles: ports, contexts, what they run, and which are components."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems import docker
from phoenix_cli.ecosystem.buildsystems.dockerfile import parse
from tests.ecosystem.buildsystems.yielded import services_from, usages_from, versions_from
from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG NODE=20.11
FROM --platform=linux/amd64 node:${NODE}-slim AS build
ENV PORT=8080
EXPOSE 1234
COPY package.json ./
RUN --mount=type=cache,target=/root/.npm npm ci && \\
    # a comment inside
    npm run build
FROM node:22 as run
COPY --from=build /app /app
EXPOSE ${PORT}/tcp 9090
ENTRYPOINT ["node"]
CMD ["server.js"]
"""


def test_what_a_dockerfile_says() -> None:
    found = parse(DOCKERFILE)
    assert [image for image, _ in found.images] == ["node:20.11-slim", "node:22"]
    assert (found.ports, found.argv) == ([8080, 9090], ("node", "server.js"))
    assert (found.sources, found.port_line) == (["package.json"], 12)


def test_here_documents_belong_to_their_instruction() -> None:
    found = parse("FROM x\nRUN <<EOF\nmake all\nEXPOSE 1\nEOF\nCOPY <<EOF /a\nFROM y\nEOF\nEXPOSE 2\n")
    assert (found.ports, [text for text, _ in found.runs]) == ([2], ["make all\nEXPOSE 1"])


def test_the_component_builds_and_runs_but_is_never_the_first_way() -> None:
    component = component_of(facts_of({"Dockerfile": DOCKERFILE, "package.json": '{"name": "@me/shop"}'}), "docker")
    build, run = command_of(component, "docker:build"), command_of(component, "docker:run")
    assert (build.argv, build.role, build.origin) == (("docker", "build", "."), "build", "default")
    assert run.argv[2] == "docker run --rm -p 8080:8080 $(docker build -q .)"
    assert max(build.confidence, run.confidence) < 0.5


def test_its_steps_are_usages_its_images_versions_and_its_port_a_hint() -> None:
    files = {"Dockerfile": DOCKERFILE, "package.json": '{"name": "@me/shop"}'}
    assert usages_from(docker, files) == [("", "npm ci"), ("", "npm run build"), ("", "node server.js")]
    assert versions_from(docker, files) == {("node", "20.11"), ("node", "22")}
    assert {name: (one.port, one.confidence) for name, one in services_from(docker, files).items()} == {
        "shop": (8080, 0.5)
    }


def test_the_context_is_where_the_copied_files_are() -> None:
    files = {
        "docker/Dockerfile": "FROM x\nCOPY requirements.txt .\n",
        "requirements.txt": "",
        "api/Dockerfile": "FROM x\nCOPY go.mod .\n",
        "api/go.mod": "module example.org/api\n",
        "packaging/alpine/Dockerfile": "FROM x\nADD . /src\n",
    }
    found = facts_of(files)
    outer = command_of(component_of(found, "docker", "docker"), "docker:docker:build")
    assert (outer.argv, outer.dir) == (("docker", "build", "-f", "docker/Dockerfile", "."), "")
    assert command_of(component_of(found, "docker", "api"), "docker:api:build").dir == "api"
    alone = command_of(component_of(found, "docker", "packaging/alpine"), "docker:packaging/alpine:build")
    assert alone.argv == ("docker", "build", "-f", "packaging/alpine/Dockerfile", ".")


def test_variants_are_one_component_with_their_own_builds() -> None:
    found = facts_of({"Dockerfile.dev": "FROM x\n", "web.Dockerfile": "FROM y\n"})
    component = component_of(found, "docker")
    assert {one.name: one.role for one in component.commands} == {
        "docker:build-dev": "other",
        "docker:build-web": "other",
    }
    assert component.confidence < 0.95


def test_what_is_no_component() -> None:
    files = {
        "Dockerfile.md": "FROM x\n", "Dockerfile.j2": "FROM x\n", "Dockerfile.notes": "nothing\n", "dockerfile.go": "package x\n",
        ".github/images/Dockerfile": "FROM x\n", ".devcontainer/Dockerfile": "FROM x\n", ".circleci/Dockerfile": "FROM x\n",
    }  # fmt: skip
    assert pairs_of(facts_of(files), "docker") == set()


def test_an_unnamed_project_gives_no_service() -> None:
    assert services_from(docker, {"Dockerfile": "FROM x\nEXPOSE 80\nCMD serve\n"}) == {}
