"""Reads a Parquet file of `eop-relay sessions --parquet` with DuckDB, and holds it against the JSON.

usage: read_back.py SESSIONS.parquet SESSIONS.json
"""

import json
import sys

import duckdb

SAME = [
    "LogType", "Server", "LogPath", "Line", "Connector", "SessionId", "ProxySessionId", "LocalEndpoint",
    "RemoteEndpoint", "RemoteHost", "EhloName", "PublicIPAddress", "IsEop", "StartTlsOffered", "TlsStatus",
    "TlsProtocol", "TlsCipher", "TlsError", "TlsErrorCode", "SentThumbprint", "SentSubject", "Reply",
    "Rejection", "Outcome", "Complete", "RowCount",
]


def main() -> None:
    table, lines = sys.argv[1], sys.argv[2]
    with open(lines, encoding="utf-8") as file:
        sessions = [json.loads(line) for line in file]
    duckdb.sql("SET TimeZone = 'UTC'")
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{table}')")
    columns = rows.columns
    found = [dict(zip(columns, row)) for row in rows.fetchall()]
    assert len(found) == len(sessions), (len(found), len(sessions))
    for row, session in zip(found, sessions):
        for name in SAME:
            assert row[name] == session[name], (name, row[name], session[name])
        for name in ("StartTime", "EndTime"):
            text = row[name].strftime("%Y-%m-%dT%H:%M:%S.") + f"{row[name].microsecond // 1000:03}Z"
            assert text == session[name], (name, text, session[name])
        expected = [
            (one["Address"], one["Reply"], one["Rejection"], message["MailFrom"])
            for message in session["Messages"]
            for one in message["Recipients"]
        ]
        recipients = [
            (one["Address"], one["Reply"], one["Rejection"], one["MailFrom"]) for one in row["Recipients"]
        ]
        assert recipients == expected, (recipients, expected)
    refused = duckdb.sql(
        f"""SELECT recipient.Rejection, count(*) FROM read_parquet('{table}'), unnest(Recipients) AS one(recipient)
            WHERE recipient.Rejection IS NOT NULL GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    print(f"{len(found)} sessions read back by DuckDB {duckdb.__version__}; refused recipients: {refused}")


main()
