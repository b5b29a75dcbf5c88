# SPDX-License-Identifier: Apache-2.0
"""Parses one action graph in its three encodings, strictly, and says whether they are the same message.

    strict.py DESCRIPTORS JSON TEXT BINARY

DESCRIPTORS is what protoc --descriptor_set_out makes of analysis.proto. A field that the .proto file does not have is an
error in each encoding. Needs the protobuf package, which the programs under test do not.
"""

import importlib
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    descriptors, json_text, text, binary = (Path(name).read_bytes() for name in sys.argv[1:])
    # Imported by name: type checkers need not have the package.
    protobuf = {
        name: importlib.import_module("google.protobuf." + name)
        for name in ("descriptor_pb2", "json_format", "message_factory", "text_format")
    }
    files: Any = protobuf["descriptor_pb2"].FileDescriptorSet.FromString(descriptors)
    container = protobuf["message_factory"].GetMessages(files.file)[
        "analysis.ActionGraphContainer"
    ]
    from_json = protobuf["json_format"].Parse(json_text, container(), ignore_unknown_fields=False)
    from_text = protobuf["text_format"].Parse(text, container(), allow_unknown_field=False)
    from_binary = container.FromString(binary)
    # Serializing keeps unknown fields, which only the binary form lets through.
    wanted = from_json.SerializeToString(deterministic=True)
    for name, message in (("textproto", from_text), ("proto", from_binary)):
        if message.SerializeToString(deterministic=True) != wanted:
            print(f"--output={name} is another message than --output=jsonproto")
            return 1
    print(f"{len(from_json.actions)} actions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
