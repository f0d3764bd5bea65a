"""Runs a composite action's steps one by one, as GitHub's runner does, and prints what came out.

As a command: ``python tests/packaging/run_action.py action.yml WORKSPACE TEMP bundle=bundle``. It
knows what ``action.yml`` here uses of the language: inputs, outputs of steps, and ``!= ''``.
Steps that use other actions are left out. What is printed is JSON: whether all steps succeeded,
the outputs, the summaries, and which commands the runner found in the log.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
COMMAND = re.compile(r"^\s*::(?P<name>[\w-]+)(?:\s+(?P<properties>.*?))?::(?P<message>.*)$")
BRACKETED = re.compile(r"##\[(?P<name>[\w-]+)[^\]]*\](?P<message>.*)")


def evaluate(text: str, context: Mapping[str, Mapping[str, str]]) -> str:
    """Replace the expressions in a text; what is not known is empty, as on GitHub."""

    def look_up(match: re.Match[str]) -> str:
        name, _, compared = match[1].partition(" != ")
        area, _, key = name.rpartition(".")
        found = context.get(area, {}).get(key, "")
        return str(found != compared.strip("'")).lower() if compared else found

    return EXPRESSION.sub(look_up, text)


def find_commands(log: str) -> Iterator[dict[str, str]]:
    """Yield the commands that a runner acts on: none between stop-commands and its token."""
    token = None
    for line in log.splitlines():
        if token is not None:
            if line.strip() == f"::{token}::":
                token = None
            continue
        match = COMMAND.match(line) or BRACKETED.search(line)
        if match is None:
            continue
        if match["name"] == "stop-commands":
            token = match["message"]
        else:
            yield {"properties": "", **{k: v or "" for k, v in match.groupdict().items()}}


def read_outputs(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a step wrote to its file of outputs, as the runner reads it."""
    lines = iter(text.splitlines())
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc and "=" not in name:
            value = []
            for held in lines:
                if held == delimiter:
                    break
                value.append(held)
            yield name, "\n".join(value)
        elif line:
            yield line.partition("=")[0], line.partition("=")[2]


def run_step(
    step: Mapping[str, Any],
    context: Mapping[str, Mapping[str, str]],
    action: Path,
    workspace: Path,
    temp: Path,
) -> dict[str, Any]:
    """Run one step of bash; return whether it succeeded, its outputs, summary and log."""
    if "${{" in step["run"]:
        raise ValueError(f"{step['name']}: an expression is a part of the script")
    with tempfile.TemporaryDirectory(dir=temp) as scratch:
        script, output, summary = (Path(scratch) / name for name in ("run.sh", "output", "summary"))
        script.write_text(step["run"])
        for file in (output, summary):
            file.touch()
        done = subprocess.run(
            ["/usr/bin/env", "bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=workspace,
            env={
                **os.environ,
                "GITHUB_ACTIONS": "true",
                "GITHUB_ACTION_PATH": str(action.parent),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_WORKSPACE": str(workspace),
                "RUNNER_TEMP": str(temp),
                **{name: evaluate(text, context) for name, text in step.get("env", {}).items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return {
            "code": done.returncode,
            "outputs": dict(read_outputs(output.read_text())),
            "summary": summary.read_text(),
            "log": done.stdout,
        }


def run_action(
    action: Path, workspace: Path, temp: Path, given: Mapping[str, str], left_out: str
) -> dict[str, Any]:
    """Run an action's steps until one fails."""
    declared = yaml.safe_load(action.read_text(encoding="utf-8"))
    known = declared["inputs"]
    unknown = given.keys() - known.keys()
    lacking = {name for name, one in known.items() if one.get("required")} - given.keys()
    if unknown or lacking:
        raise ValueError(f"inputs unknown: {sorted(unknown)}, lacking: {sorted(lacking)}")
    defaults = {name: str(one.get("default", "")) for name, one in known.items()}
    context: dict[str, Mapping[str, str]] = {"inputs": {**defaults, **given}}
    log, summary, code = "", "", 0
    for step in declared["runs"]["steps"]:
        wanted = evaluate(step.get("if", "true"), context) == "true"
        if not wanted or "uses" in step or step["name"] == left_out:
            continue
        done = run_step(step, context, action, workspace, temp)
        log, summary, code = log + done["log"], summary + done["summary"], done["code"]
        context[f"steps.{step.get('id', '')}.outputs"] = done["outputs"]
        if code:
            break
    outputs = declared["outputs"].items()
    return {
        "code": code,
        "outputs": {name: evaluate(one["value"], context) for name, one in outputs},
        "summary": summary,
        "commands": list(find_commands(log)),
        "log": log,
    }


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", type=lambda name: Path(name).resolve())
    parser.add_argument("workspace", type=lambda name: Path(name).resolve())
    parser.add_argument("temp", type=lambda name: Path(name).resolve())
    parser.add_argument("inputs", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--leave-out", default="", help="a step that has been run before")
    given = parser.parse_args()
    inputs = dict(each.split("=", 1) for each in given.inputs)
    done = run_action(given.action, given.workspace, given.temp, inputs, given.leave_out)
    json.dump(done, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
