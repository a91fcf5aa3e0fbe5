"""Groups the rows of a log by session with DuckDB: python3 duckdb_sessions.py LOG THREADS

Prints the seconds that the query took. DuckDB is measured beside the project, which does not use it;
`pip install duckdb` installs it.
"""

import sys
import time

import duckdb

log, threads = sys.argv[1:]
connection = duckdb.connect(config={"threads": int(threads)})
query = """
    SELECT count(*), sum(rows) FROM (
        SELECT session, count(*) AS rows
        FROM read_csv(
            ?, header = false, delim = ',', quote = '"', escape = '"', auto_detect = false,
            ignore_errors = true, strict_mode = false,
            columns = {
                'stamp': 'VARCHAR', 'connector': 'VARCHAR', 'session': 'VARCHAR',
                'number': 'VARCHAR', 'local': 'VARCHAR', 'remote': 'VARCHAR',
                'event': 'VARCHAR', 'data': 'VARCHAR', 'context': 'VARCHAR'
            })
        GROUP BY session)
"""
start = time.perf_counter()
sessions, rows = connection.execute(query, [log]).fetchone()
seconds = time.perf_counter() - start
print(seconds, sessions)
