"""What one starts in a PHP project: the development server of its framework, by the package that it requires."""

from __future__ import annotations

from dataclasses import dataclass

from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder

#: Package, the file that an application (and no library for the framework) has, the command, its port.
_FRAMEWORKS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("laravel/framework", "artisan", ("php", "artisan", "serve"), 8000),
    ("laravel/lumen-framework", "artisan", ("php", "-S", "localhost:8000", "-t", "public"), 8000),
    ("symfony/framework-bundle", "public/index.php", ("symfony", "server:start"), 8000),
    ("symfony/symfony", "public/index.php", ("symfony", "server:start"), 8000),
    ("cakephp/cakephp", "bin/cake", ("bin/cake", "server"), 8765),
    ("yiisoft/yii2", "yii", ("php", "yii", "serve"), 8080),
    ("codeigniter4/framework", "spark", ("php", "spark", "serve"), 8080),
    ("roots/wordpress", "wp-cli.yml", ("wp", "server"), 8080),
    ("johnpbloch/wordpress", "wp-cli.yml", ("wp", "server"), 8080),
    ("slim/slim", "public/index.php", ("php", "-S", "localhost:8080", "-t", "public"), 8080),
    ("mezzio/mezzio", "public/index.php", ("php", "-S", "0.0.0.0:8080", "-t", "public"), 8080),
)


@dataclass(frozen=True, slots=True)
class Application:
    """A server: the command, the port, and the file that shows it."""

    argv: tuple[str, ...]
    port: int
    source: Evidence


def application_of(folder: Folder, required: dict[str, str]) -> Application | None:
    """Return the application that stands in a folder, None for a library."""
    for package, file, argv, port in _FRAMEWORKS:
        if package in required and folder.has_file(file):
            return Application(argv, port, folder.evidence("composer.json", "composer.framework", f'"{package}"'))
    return None
