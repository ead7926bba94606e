"""How Python applications are started, and on which port they listen."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.facts import Detection
from tests.ecosystem.memory_tree import command_of, component_of, facts_of

MANAGE = "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n"


def call(found: Detection, system: str, task: str, dir: str = "") -> str:
    command = command_of(component_of(found, system, dir), f"{system}:{dir + ':' if dir else ''}{task}")
    return (f"cd {command.dir} && " if command.dir else "") + " ".join(command.argv)


def services(found: Detection) -> list[tuple[str, str, int | None]]:
    return [(one.name, one.dir, one.port) for one in found.services]


def roles(found: Detection) -> set[str]:
    return {command.role for one in found.components for command in one.commands}


@pytest.mark.parametrize(
    ("files", "start", "dev", "port"),
    [
        (
            {
                "requirements.txt": "fastapi\nuvicorn\n",
                "service.py": "",
                "app/main.py": "from app import x\nweb = FastAPI()\n",
            },
            "uvicorn app.main:web",
            "uvicorn app.main:web --reload",
            8000,
        ),
        (
            {
                "requirements.txt": "fastapi\nuvicorn\n",
                "backend/main.py": "from models import x\napp: FastAPI = FastAPI()\n",
            },
            "cd backend && uvicorn main:app",
            "cd backend && uvicorn main:app --reload",
            8000,
        ),
        (
            {"requirements.txt": "fastapi[standard]\n", "main.py": "app = fastapi.FastAPI()\n"},
            "fastapi run main.py",
            "fastapi dev main.py",
            8000,
        ),
        (
            {"requirements.txt": "starlette\nhypercorn\n", "asgi.py": "app = Starlette(debug=True)\n"},
            "hypercorn asgi:app",
            "hypercorn asgi:app --reload",
            8000,
        ),
        (
            {"requirements.txt": "fastapi\nuvicorn\n", "api/main.py": "from api import x\ndef create_app(): ...\n"},
            "uvicorn api.main:create_app --factory",
            "uvicorn api.main:create_app --factory --reload",
            8000,
        ),
        (
            {"requirements.txt": "Flask\ngunicorn\n", "wsgi.py": "application = create_app()\n"},
            "gunicorn wsgi:application",
            "flask run --debug",
            8000,
        ),
        (
            {"requirements.txt": "Flask\ngunicorn\n", "shop/__init__.py": "def create_app(config=None):\n    pass\n"},
            "gunicorn shop:create_app()",
            "flask --app shop run --debug",
            8000,
        ),
        (
            {"requirements.txt": "flask\n", "shop/web.py": "from shop import x\nsite = Flask(__name__)\n"},
            "flask --app shop.web:site run",
            "flask --app shop.web:site run --debug",
            5000,
        ),
        (
            {
                "requirements.txt": "flask\n",
                "app.py": "app = Flask(__name__)\nif __name__ == '__main__':\n    app.run(port=8081)\n",
            },
            "python app.py",
            "flask run --debug",
            8081,
        ),
        (
            {"requirements.txt": "chainlit\n", "app.py": "import chainlit as cl\n"},
            "chainlit run app.py",
            "chainlit run app.py -w",
            8000,
        ),
        (
            {"requirements.txt": "aiohttp\n", "main.py": "if __name__ == '__main__':\n    web.run_app(app)\n"},
            "python main.py",
            None,
            8080,
        ),
        (
            {
                "requirements.txt": "streamlit\n",
                "app.py": "import streamlit as st\n",
                ".streamlit/config.toml": "[server]\nport = 80\n",
            },
            "streamlit run app.py",
            "streamlit run app.py",
            80,
        ),
        (
            {"requirements.txt": "gradio\n", "app.py": "import gradio as gr\ndemo.launch(server_port=7000)\n"},
            "python app.py",
            None,
            7000,
        ),
    ],
)
def test_the_object_is_found_where_it_is(files: dict[str, str], start: str, dev: str | None, port: int) -> None:
    found = facts_of(files)
    assert call(found, "pip", "start") == start
    assert ("dev" in roles(found)) == (dev is not None)
    if dev is not None:
        assert call(found, "pip", "dev") == dev
    assert [one[2] for one in services(found)] == [port]


def test_django_runs_through_the_manager_in_the_folder_of_manage_py() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["django"]\n',
        "uv.lock": "",
        "src/manage.py": MANAGE,
        "src/shop/tests.py": "",
    }
    found = facts_of(files)
    assert call(found, "uv", "start") == "cd src && uv run python manage.py runserver"
    assert call(found, "uv", "dev") == "cd src && uv run python manage.py runserver"
    assert call(found, "uv", "test") == "cd src && uv run python manage.py test"
    command = command_of(component_of(found, "uv"), "uv:dev")
    assert (command.origin, command.source.file, command.source.line) == ("framework", "src/manage.py", 1)
    assert services(found) == [("web", "src", 8000)]


def test_a_manage_py_that_is_not_djangos_starts_nothing() -> None:
    assert "start" not in roles(facts_of({"requirements.txt": "click\n", "manage.py": "import click\n"}))


def test_a_module_in_a_src_layout_is_named_without_src() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "api"\ndependencies = ["starlette"]\n'
        '[build-system]\nbuild-backend = "hatchling.build"\n',
        "src/api/server.py": "app = Starlette()\n",
        "src/api/__init__.py": "",
    }
    assert call(facts_of(files), "hatch", "start") == "uvicorn api.server:app"


@pytest.mark.parametrize(
    "files",
    [
        {
            "pyproject.toml": '[project]\nname = "starlette"\n',
            "starlette/applications.py": "",
            "docs_src/main.py": "app = Starlette()\n",
        },
        {"requirements.txt": "fastapi\n", "examples/hello/main.py": "app = FastAPI()\n"},
        {"requirements.txt": "requests\n", "main.py": "app = FastAPI()\n"},
        {"requirements.txt": "fastapi\n", "tests/main.py": "app = FastAPI()\n"},
    ],
)
def test_what_is_no_application_of_the_project(files: dict[str, str]) -> None:
    found = facts_of(files)
    assert "start" not in roles(found)
    assert services(found) == []


def test_the_script_of_a_server_is_its_start() -> None:
    text = (
        '[project]\nname = "kiwi"\ndependencies = ["uvicorn", "click"]\n'
        '[project.scripts]\nkiwi = "kiwi.cli:main"\nkiwi-admin = "k:a"\n'
    )
    found = facts_of({"pyproject.toml": text, "uv.lock": ""})
    component = component_of(found, "uv")
    start = command_of(component, "uv:run:kiwi")
    assert (start.role, start.argv, start.origin, start.source.line) == ("start", ("uv", "run", "kiwi"), "script", 5)
    assert command_of(component, "uv:run:kiwi-admin").role == "other"
    assert services(found) == [("kiwi", "", None)]


@pytest.mark.parametrize(
    "project",
    [
        'dependencies = ["click"]\n',
        'dependencies = ["werkzeug", "flask"]\nclassifiers = ["Topic :: Software Development :: Libraries :: Python Modules"]\n',
    ],
)
def test_the_script_of_a_tool_or_library_is_no_start(project: str) -> None:
    found = facts_of(
        {"pyproject.toml": f'[project]\nname = "kiwi"\n{project}[project.scripts]\nkiwi = "kiwi.cli:main"\n'}
    )
    assert "start" not in roles(found)
    assert services(found) == []


def test_scripts_of_older_manifests_are_found_too() -> None:
    cfg = (
        "[metadata]\nname = kiwi\n[options]\ninstall_requires =\n    aiohttp\n"
        "[options.entry_points]\nconsole_scripts =\n    kiwi = k:main\n"
    )
    command = command_of(component_of(facts_of({"setup.cfg": cfg}), "setuptools"), "setuptools:run:kiwi")
    assert (command.role, command.argv, command.source.line) == ("start", ("kiwi",), 8)
    setup = "from setuptools import setup\nsetup(name='kiwi', entry_points={'console_scripts': ['kiwi = k:main']})\n"
    assert command_of(component_of(facts_of({"setup.py": setup}), "setuptools"), "setuptools:run:kiwi").role == "other"


def test_a_plain_program_starts_by_its_main_file() -> None:
    main = "import os\nif __name__ == '__main__':\n    print(1)\n"
    assert call(facts_of({"requirements.txt": "requests\n", "main.py": main}), "pip", "start") == "python main.py"
    assert (
        call(facts_of({"requirements.txt": "requests\n", "bot/__main__.py": "run()\n"}), "pip", "start")
        == "python -m bot"
    )
    library = '[project]\nname = "k"\n[build-system]\nbuild-backend = "hatchling.build"\n'
    assert "start" not in roles(facts_of({"pyproject.toml": library, "k/__main__.py": ""}))


def test_other_ways_to_start_are_offered_with_less_confidence() -> None:
    main = "app = FastAPI()\nif __name__ == '__main__':\n    uvicorn.run('main:app', port=9000)\n"
    component = component_of(facts_of({"requirements.txt": "fastapi\nuvicorn\n", "main.py": main}), "pip")
    assert command_of(component, "pip:start").argv == ("python", "main.py")  # the port is its own
    other = command_of(component, "pip:start:uvicorn")
    assert (other.argv, other.role) == (("uvicorn", "main:app"), "start")
    assert other.confidence < command_of(component, "pip:start").confidence
    files = {"requirements.txt": "django\ngunicorn\n", "manage.py": MANAGE, "site/wsgi.py": ""}
    assert command_of(component_of(facts_of(files), "pip"), "pip:start:gunicorn").argv == ("gunicorn", "site.wsgi")
