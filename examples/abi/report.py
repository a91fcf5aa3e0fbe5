"""Judges the protocol logs of a server and prints the cause and the first step, over the C ABI.

    python3 report.py LIBRARY PATH [TIME]

LIBRARY is libeop_relay.so or eop_relay.dll; PATH a log, a folder of logs or a pattern; TIME the time
of the judgement, by default now.
"""

import ctypes
import json
import sys

EOP_OK = 0
MESSAGE_CAPACITY = 512
PATH_CAPACITY = 1024


class Error(ctypes.Structure):
    """eop_error: where a call writes why it failed."""

    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("code", ctypes.c_int32),
        ("os_error", ctypes.c_int32),
        ("message_length", ctypes.c_uint32),
        ("path_length", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("line", ctypes.c_uint64),
        ("offset", ctypes.c_uint64),
        ("message", ctypes.c_uint16 * MESSAGE_CAPACITY),
        ("path", ctypes.c_uint16 * PATH_CAPACITY),
    ]


def call(function, *arguments):
    """Calls a function of the library; a status other than EOP_OK is an exception."""
    error = Error(struct_size=ctypes.sizeof(Error))
    if function(*arguments, ctypes.byref(error)) != EOP_OK:
        units = min(error.message_length, MESSAGE_CAPACITY - 1)
        raise RuntimeError(bytes(error.message)[: 2 * units].decode("utf-16-le"))


def judge(library, request):
    """The report of eop_test on a request, both as dictionaries."""
    units = json.dumps(request).encode("utf-16-le")
    buffer = ctypes.create_string_buffer(units, len(units))
    handle = ctypes.c_uint64()
    call(library.eop_test, buffer, ctypes.c_size_t(len(units) // 2), ctypes.byref(handle))
    try:
        text, length = ctypes.c_void_p(), ctypes.c_size_t()
        call(library.eop_text_get, handle, ctypes.byref(text), ctypes.byref(length))
        return json.loads(ctypes.string_at(text, 2 * length.value).decode("utf-16-le"))
    finally:
        call(library.eop_text_free, handle)


def main():
    """Prints verdict, cause and the first step."""
    if len(sys.argv) not in (3, 4):
        print("usage: report.py LIBRARY PATH [TIME]", file=sys.stderr)
        return 64
    library = ctypes.CDLL(sys.argv[1])
    request = {"Logs": [{"Path": sys.argv[2]}]}
    if len(sys.argv) == 4:
        request["At"] = sys.argv[3]
    report = judge(library, request)
    print(f"{report['Verdict']}: {report['Cause']}")
    for finding in report["Findings"]:
        if finding["Id"] == report["Cause"] and finding["Remedy"]:
            print(finding["Remedy"][0]["Action"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
