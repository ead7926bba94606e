"""Results of steps: looked up before a step is performed, remembered after it ended well.

Not safe to be shared between threads at once; the engine uses it from one worker thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.engine.cache.globs import files_of, inside
from phoenix_cli.engine.cache.input_files import InputFiles
from phoenix_cli.engine.cache.matching import Pattern
from phoenix_cli.engine.cache.output_files import NotKept, keep, read_kept, restore
from phoenix_cli.engine.cache.step_key import Key, digest_of, files_hash, programs_of
from phoenix_cli.engine.cache.store import Store
from phoenix_cli.engine.cache.tool_versions import ToolVersions
from phoenix_cli.engine.instructions import Work
from phoenix_cli.engine.model import Cache, Step, SubFlow
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import PhoenixError, Refused


class StepResults:
    """Between a run and the store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._files = InputFiles(store, clock)
        self._tools = ToolVersions(store)

    def key_of(self, step: Step, work: Work, dir: Path, environ: Mapping[str, str]) -> Key:
        """Return what names the result that the step would have if it were performed now.

        It counts: the action with its arguments, the environment that the step gives, the values of the variables that it
        names, the contents of its inputs and of programs named by a path, the versions of its tools. ``environ`` is the
        environment that a command would get besides the step's own. Raises ``Refused`` (too many files, a sub-flow),
        ``NotFound`` (a tool), ``Usage`` (outputs outside of ``dir``), ``OSError``.
        """
        if isinstance(work.action, SubFlow):
            raise Refused("a sub-flow is not cached; its steps are", code="cache.subflow")
        cache = step.cache or Cache()
        full = {**environ, **work.env}
        globs = (*cache.inputs, *programs_of(work.action))
        files = self._files.read(dir, globs)
        named = {name: full.get(name) for name in sorted(cache.env)}
        tools = {tool: self._tools.version(tool, dir, full) for tool in sorted(cache.tools)}
        for glob in step.outputs.files:
            inside(glob)
        digest = digest_of(work.action, str(dir), work.env, named, files, tools, step.outputs)
        return Key(digest, files_hash(files), globs, step.outputs, cache.ttl_s)

    def look_up(self, key: Key, dir: Path) -> Mapping[str, Any] | None:
        """Return the values of a known result, its files put back into ``dir``; None, with no file changed, otherwise."""
        found = self._store.get(key.name)
        if found is None:
            return None
        kept = read_kept(found.get("files")) if isinstance(found, dict) else None
        if kept is None or not isinstance(found.get("outputs"), dict) or not restore(self._store, dir, kept):
            self.forget(key)
            return None
        for number, one in enumerate(kept):
            if one.hash:
                self._store.touch(f"{key.name}/{number}")
        outputs: Mapping[str, Any] = found["outputs"]
        return outputs

    def remember(self, key: Key, outputs: Mapping[str, Any], dir: Path, cost_s: float) -> str:
        """Keep a result with its files; return why it was not kept, "" when it was."""
        try:
            reason = self._why_not(key, dir)
            if reason:
                return reason
            paths = files_of(dir, key.outputs.files)
            kept = keep(self._store, key.name, dir, paths, cost_s, key.ttl_s)
            body = {"outputs": dict(outputs), "files": kept}
            if self._store.put(key.name, body, ttl_s=key.ttl_s, cost_s=cost_s, tags=("steps",)):
                return ""
            reason = self._store.problem or "it could not be kept"
        except (NotKept, OSError, PhoenixError) as error:
            reason = str(error)
        self.forget(key)
        return reason

    def _why_not(self, key: Key, dir: Path) -> str:
        for glob in key.outputs.files:
            if not files_of(dir, (glob,)):
                return f"{glob} was declared and not written"
        if files_hash(self._files.read(dir, key.globs)) != key.files:
            return "its inputs changed while it was performed"
        return ""

    def forget(self, key: Key) -> None:
        """Delete a result and its files."""
        self._store.invalidate(Pattern(prefix=key.name))

    def close(self) -> None:
        """Write down what is pending and close the store."""
        self._store.close()
