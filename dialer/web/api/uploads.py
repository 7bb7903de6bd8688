"""Files that come in a form, with options as JSON beside them."""

from __future__ import annotations

from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.web.api.blueprint import pointers
from dialer.web.api.requests import read_json


def upload_body(what: str, options: str) -> dict[str, Any]:
    """The description of such a form: what the file may be, and the name of its options' schema."""
    return {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": what},
                        "options": {"type": "string", "description": f"JSON, as in {options}"},
                    },
                }
            }
        },
    }


def uploaded(what: str = "list") -> FileStorage:
    """The file, which is a `what`; refused where there is none."""
    upload = request.files.get("file")
    if upload is not None:
        return upload
    if not request.mimetype_params.get("boundary") or not (request.form or request.files):
        raise BadRequest(f"The multipart body can’t be read. Send the {what} in a part named “file”.")
    raise ValidationFailed.at("/file", f"Send the {what} as a file in a part named “file”.")


def options_of(schema: Schema) -> Any:
    """The options as the schema reads them; faults are told at their place below `/options`."""
    sent = request.form.get("options")
    value = read_json(sent) if sent else {}
    if not isinstance(value, dict):
        raise ValidationFailed.at("/options", "Send the options as a JSON object.")
    try:
        return schema.load(value)
    except ValidationError as error:
        faults = [FieldError(f"/options{fault.pointer}", fault.detail) for fault in pointers(error.messages)]
        raise ValidationFailed(errors=faults) from None
