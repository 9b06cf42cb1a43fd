#!/usr/bin/env python3
"""Writes operations.tsv and schemas.json: the facts of the published API that contract.rs holds the product to.

    extract.py REFERENCE

REFERENCE is a folder with operations.tsv and openapi/{v1,v1-legacy-2026-03,v2}.yaml. Needs PyYAML.
"""

import csv
import json
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
COPIED = ["api_version", "method", "path", "operationId", "tag", "cost", "oauth_scopes"]
# The entities of the product and where their records are served.
ENTITIES = {
    "deal": "/deals",
    "person": "/persons",
    "organization": "/organizations",
    "pipeline": "/pipelines",
    "stage": "/stages",
    "activity": "/activities",
    "product": "/products",
    "project": "/projects",
    "task": "/tasks",
    "lead": "/leads",
    "note": "/notes",
}


def load(reference):
    specs = {"v1": ["v1.yaml", "v1-legacy-2026-03.yaml"], "v2": ["v2.yaml"]}
    read = lambda name: yaml.load((reference / "openapi" / name).read_text(), Loader=yaml.CSafeLoader)
    return {version: [read(name) for name in names] for version, names in specs.items()}


def has(specs, version, path, method):
    return any(method in document["paths"].get(path, {}) for document in specs[version])


def find(specs, version, path, method):
    """The newest document that has the operation, and the operation."""
    for document in specs[version]:
        if operation := document["paths"].get(path, {}).get(method.lower()):
            return document, operation
    raise SystemExit(f"no schema of {version} {method} {path}")


def follow(document, node):
    while isinstance(node, dict) and "$ref" in node:
        at = document
        for part in node["$ref"][2:].split("/"):
            at = at[part.replace("~1", "/").replace("~0", "~")]
        node = at
    return node


def properties(document, schema):
    schema = follow(document, schema)
    found = {}
    for part in ("allOf", "oneOf", "anyOf"):
        for branch in schema.get(part) or []:
            found |= properties(document, branch)
    return found | (schema.get("properties") or {})


def type_of(document, schema):
    """`integer`, `string?` where null is allowed, `integer[]`; `any` where there are several forms."""
    schema = follow(document, schema)
    name = schema.get("type") or ("object" if "properties" in schema else "any")
    if name == "array":
        name = type_of(document, schema.get("items") or {}).rstrip("?") + "[]"
    return name + ("?" if schema.get("nullable") else "")


def content(document, node):
    return next(iter(follow(document, node)["content"].values()))["schema"]


def types(document, schema):
    return {name: type_of(document, value) for name, value in properties(document, schema).items()}


def success(operation):
    return next(str(status) for status in operation["responses"] if str(status).startswith("2"))


def schemas(specs, version, path):
    one = path + "/{id}"
    document, show = find(specs, version, one, "get")
    data = properties(document, content(document, show["responses"][success(show)]))["data"]
    found = {"read": types(document, data)}
    for parameter in show.get("parameters") or []:
        parameter = follow(document, parameter)
        if parameter["name"] == "include_fields":
            found["on_request"] = sorted(parameter["schema"]["enum"])
    document, write = find(specs, version, path, "post")
    found["create"] = types(document, content(document, write["requestBody"]))
    update = "put" if has(specs, version, one, "put") else "patch"
    document, write = find(specs, version, one, update)
    found["update"] = types(document, content(document, write["requestBody"]))
    return found


def main(reference):
    specs = load(reference)
    with open(reference / "operations.tsv", newline="") as source, open(HERE / "operations.tsv", "w") as copy:
        copy.write("\t".join(COPIED + ["success"]) + "\n")
        for row in csv.DictReader(source, delimiter="\t"):
            _, operation = find(specs, row["api_version"], row["path"], row["method"])
            copy.write("\t".join([row[name] for name in COPIED] + [success(operation)]) + "\n")
    found = {
        name: {version: schemas(specs, version, path) for version in specs if has(specs, version, path, "post")}
        for name, path in ENTITIES.items()
    }
    (HERE / "schemas.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
