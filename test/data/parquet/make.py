"""Makes the files of this folder that pyarrow is needed for: python make.py (pyarrow 25 or so).

The codecs' files and strings.parquet are older, and were made alike.
"""
import pyarrow as pa
import pyarrow.parquet as pq

SECONDS = [1700000000, 1700000060, 1700000120]


def write(name, **columns):
    pq.write_table(pa.table(columns), name, compression="snappy")


# Unix microseconds as a plain number; ids that a double would give one value.
write(
    "micros.parquet",
    user_id=pa.array([9007199254740993, 9007199254740992, 9007199254740993], pa.int64()),
    item_id=["x", "x", "y"],
    timestamp=pa.array([s * 10**6 for s in SECONDS], pa.int64()),
)
# Numbers that were rounded, and bytes that are no UTF-8.
write(
    "rounded.parquet",
    user=pa.array([1.0, 2.5, 2.0**53, float("nan")], pa.float64()),
    item=pa.array([1, 2, 3, 4], pa.float32()),
)
write("float32.parquet", user=pa.array([2.0**24, 2.0**24 - 1], pa.float32()), item=["x", "y"])
write("decimal.parquet", user=pa.array([12, 10**20], pa.decimal128(38, 0)), item=["x", "y"])
write("bytes.parquet", user=pa.array([b"Jos\xe9", b"Jos\xe8", "José".encode()], pa.binary()), item=["x", "x", "x"])
# As Spark leaves a folder.
for part, users in enumerate((["a", "b"], ["b", "c"])):
    write(
        f"parts/part-0000{part}-8c1f2a34-0b5d-4a77-9f10-3a1d2e4f5061-c000.snappy.parquet",
        user=users,
        item=["x", "y"],
        timestamp=pa.array([SECONDS[part] * 10**9] * 2, pa.timestamp("ns")),
    )
open("parts/_SUCCESS", "w").close()
