"""Tables shaped like TPC-H's, small and always the same, made so that each of its 22 queries finds something."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

COLUMNS = {
    "region": "r_regionkey integer, r_name varchar, r_comment varchar",
    "nation": "n_nationkey integer, n_name varchar, n_regionkey integer, n_comment varchar",
    "supplier": "s_suppkey bigint, s_name varchar, s_address varchar, s_nationkey integer, s_phone varchar, "
    "s_acctbal decimal(15, 2), s_comment varchar",
    "customer": "c_custkey bigint, c_name varchar, c_address varchar, c_nationkey integer, c_phone varchar, "
    "c_acctbal decimal(15, 2), c_mktsegment varchar, c_comment varchar",
    "part": "p_partkey bigint, p_name varchar, p_mfgr varchar, p_brand varchar, p_type varchar, p_size integer, "
    "p_container varchar, p_retailprice decimal(15, 2), p_comment varchar",
    "partsupp": "ps_partkey bigint, ps_suppkey bigint, ps_availqty bigint, ps_supplycost decimal(15, 2), "
    "ps_comment varchar",
    "orders": "o_orderkey bigint, o_custkey bigint, o_orderstatus varchar, o_totalprice decimal(15, 2), "
    "o_orderdate date, o_orderpriority varchar, o_clerk varchar, o_shippriority integer, o_comment varchar",
    "lineitem": "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber bigint, "
    "l_quantity decimal(15, 2), l_extendedprice decimal(15, 2), l_discount decimal(15, 2), l_tax decimal(15, 2), "
    "l_returnflag varchar, l_linestatus varchar, l_shipdate date, l_commitdate date, l_receiptdate date, "
    "l_shipinstruct varchar, l_shipmode varchar, l_comment varchar",
}
REGIONS = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"]
NATIONS = [("BRAZIL", 1), ("CANADA", 1), ("CHINA", 2), ("INDIA", 2), ("FRANCE", 3), ("GERMANY", 3), ("SAUDI ARABIA", 4)]
TYPES = ["PROMO BRUSHED BRASS", "ECONOMY ANODIZED STEEL", "MEDIUM POLISHED TIN", "SMALL PLATED BRASS"]
BRANDS = [("Brand#12", "SM BOX"), ("Brand#23", "MED BOX"), ("Brand#34", "LG BOX"), ("Brand#45", "SM CASE")]
PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"]
FIRST_DAY = datetime.date(1993, 1, 1)


def money(chance: random.Random, low: int, high: int) -> str:
    return f"{chance.randint(low * 100, high * 100) / 100:.2f}"


def rows(chance: random.Random) -> Iterator[tuple[str, list[Any]]]:
    """Give the rows of all tables, each with its table's name."""
    for key, name in enumerate(REGIONS):
        yield "region", [key, name, "quiet"]
    for key, (name, region) in enumerate(NATIONS):
        yield "nation", [key, name, region, "quiet"]
    for key in range(1, 15):
        complaint = "Customer long Complaints" if key == 3 else "fine"
        phone = f"{key + 10}-555-{key:04}"
        yield (
            "supplier",
            [key, f"Supplier#{key}", f"street {key}", key % 7, phone, money(chance, -900, 9000), complaint],
        )
    for key in range(1, 81):
        code = chance.choice([13, 31, 23, 29, 10, 11])
        segment = chance.choice(["BUILDING", "MACHINERY"])
        fields = [key, f"Customer#{key}", f"road {key}", key % 7, f"{code}-555-{key:04}", money(chance, -900, 9000)]
        yield "customer", [*fields, segment, "calm"]
    for key in range(1, 41):
        brand, container = BRANDS[key % 4]
        name = chance.choice(["forest green", "forest blue", "light green", "dark red"])
        size = chance.choice([1, 5, 15, 49])
        yield (
            "part",
            [key, name, "Manufacturer#1", brand, TYPES[key // 4 % 4], size, container, money(chance, 900, 2000), "x"],
        )
        for supplier in chance.sample(range(1, 15), 4):
            yield "partsupp", [key, supplier, chance.randint(1, 9999), money(chance, 1, 1000), "y"]
    for key in range(1, 601):
        yield from order(chance, key)


def order(chance: random.Random, key: int) -> Iterator[tuple[str, list[Any]]]:
    day = FIRST_DAY + datetime.timedelta(days=chance.randint(0, 2000))
    comment = "special big requests" if key % 9 == 0 else "ordinary"
    status = chance.choice("FOP")
    fields = [key, chance.choice([c for c in range(1, 81) if c % 3]), status, money(chance, 900, 400000), day]
    yield "orders", [*fields, chance.choice(PRIORITIES), "Clerk#1", 0, comment]
    for line in range(1, 9 if key % 50 == 0 else chance.randint(2, 8)):
        shipped, committed = day + datetime.timedelta(days=chance.randint(1, 60)), day + datetime.timedelta(days=45)
        received = shipped + datetime.timedelta(days=chance.randint(1, 30))
        keys = [key, chance.randint(1, 40), chance.randint(1, 14), line]
        large = 50 if key % 50 == 0 else chance.randint(1, 50)
        amounts = [large, money(chance, 900, 90000), f"0.{chance.randint(0, 10):02}", f"0.{chance.randint(0, 8):02}"]
        words = [chance.choice("RAN"), chance.choice("OF")]
        mode = chance.choice(["AIR", "MAIL", "SHIP", "RAIL"])
        yield "lineitem", [*keys, *amounts, *words, shipped, committed, received, "DELIVER IN PERSON", mode, "z"]


def write_tables(folder: Path) -> None:
    """Write a Parquet file for each table."""
    con = duckdb.connect()
    of_table: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for name, values in rows(random.Random(7)):
        written = [f"'{each}'" if isinstance(each, str | datetime.date) else str(each) for each in values]
        of_table[name].append(f"({', '.join(written)})")
    for name, columns in COLUMNS.items():
        con.execute(f"create table {name} ({columns})")
        con.execute(f"insert into {name} values {', '.join(of_table[name])}")
        con.execute(f"copy {name} to '{folder / name}.parquet' (format parquet)")
