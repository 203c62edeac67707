"""Reads the tasks of a local AgentDojo checkout without running any of it, and prints them as JSON.

A task's calls are those that its ground truth lists. What is only known when the benchmark runs is
`{"computed": "…"}`; a task whose list is made by code is left out and counted.
"""

import ast
import json
import pathlib
import sys

SUITES = ("banking", "slack", "travel", "workspace")


class Computed(Exception):
    pass


def value(node, names):
    """What an expression is, where its text alone tells."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value(item, names) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {value(key, names): value(of, names) for key, of in zip(node.keys, node.values)}
    if isinstance(node, ast.JoinedStr):
        return "".join(str(value(part, names)) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return value(node.value, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return value(node.left, names) + value(node.right, names)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value(node.operand, names)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
    if name in names:
        return names[name]
    raise Computed(ast.unparse(node))


def given(node, names):
    try:
        return value(node, names)
    except (Computed, TypeError):
        return {"computed": ast.unparse(node)}


def named(body, outer):
    """Names that are set once, to what their text tells."""
    names = dict(outer)
    for line in body:
        target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0] if isinstance(line, ast.Assign) else None
        if isinstance(target, ast.Name) and line.value is not None:
            try:
                names[target.id] = value(line.value, names)
            except (Computed, TypeError):
                names.pop(target.id, None)
    return names


def calls(truth, names):
    inside = named(truth.body, names)
    last = truth.body[-1]
    if not isinstance(last, ast.Return) or not isinstance(last.value, ast.List):
        return None
    found = []
    for call in last.value.elts:
        if not isinstance(call, ast.Call):
            return None
        words = {word.arg: word.value for word in call.keywords}
        args = words.get("args", ast.Dict([], []))
        if "function" not in words or not isinstance(args, ast.Dict):
            return None
        found.append({
            "use": value(words["function"], inside),
            "with": {value(key, inside): given(of, inside) for key, of in zip(args.keys, args.values)},
        })
    return found


def tasks(path, goal):
    tree = ast.parse(path.read_text())
    outer = named(tree.body, {})
    for one in tree.body:
        if not isinstance(one, ast.ClassDef):
            continue
        names = named(one.body, outer)
        truth = next((part for part in one.body if isinstance(part, ast.FunctionDef) and part.name == "ground_truth"), None)
        if truth is not None:
            yield {"id": one.name, "says": names.get(goal, ""), "calls": calls(truth, names)}


root = pathlib.Path(sys.argv[1]) / "src/agentdojo/default_suites/v1"
print(json.dumps({
    suite: {
        "work": list(tasks(root / suite / "user_tasks.py", "PROMPT")),
        "attacks": list(tasks(root / suite / "injection_tasks.py", "GOAL")),
    }
    for suite in SUITES
}))
