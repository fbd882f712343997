"""Holds questions and a stand-in's answers against AWS's own models, as botocore has them."""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator
from botocore import xform_name

kinds = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float)}


def unfit(shape, value, path):
    """What an answer has that the API's could not have."""
    if shape.type_name == "structure":
        for key, part in value.items():
            if key not in shape.members:
                yield f"{path}.{key}"
            else:
                yield from unfit(shape.members[key], part, f"{path}.{key}")
    elif shape.type_name == "list":
        for part in value:
            yield from unfit(shape.member, part, f"{path}[]")
    elif not isinstance(value, kinds.get(shape.type_name, object)):
        yield f"{path}: {value!r} is no {shape.type_name}"


session = botocore.session.get_session()
for service, operation, given, answer in json.load(sys.stdin):
    name = f"{service} {operation}"
    model = session.get_service_model(service)
    names = {xform_name(found, "-"): found for found in model.operation_names}
    if operation not in names:
        print(f"{name}: no such operation")
        continue
    found = model.operation_model(names[operation])
    report = ParamValidator().validate(given, found.input_shape) if found.input_shape else None
    if report and report.has_errors():
        print(f"{name}: {report.generate_report()}")
    if "code" in answer:
        continue
    for problem in unfit(found.output_shape, answer, name):
        print(problem)
