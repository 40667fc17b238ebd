"""How DuckDB writes each format: the options of COPY."""

from __future__ import annotations

from odibi_sql.ir import OptionValue, Target
from odibi_sql.run.engines.bind import named, quoted

_PARQUET_CODECS = {"none": "uncompressed"}


def copy_options(target: Target) -> str:
    """Return what the parentheses of every COPY say."""
    options = dict(target.options)
    match target.format:
        case "parquet":
            said = _parquet(options)
        case "csv":
            said = _csv(options, target.path)
        case _:
            said = _json(options, target)
    return ", ".join(said)


def file_options(target: Target) -> str:
    """Return the parentheses of a COPY to one file: it is staged already, so DuckDB need not do it."""
    return f"{copy_options(target)}, USE_TMP_FILE false"


def folder_options(target: Target) -> str:
    """Return the parentheses of a COPY that makes hive folders."""
    columns = ", ".join(map(named, target.partition))
    return f"{copy_options(target)}, PARTITION_BY ({columns}), FILENAME_PATTERN 'part-{{i}}', OVERWRITE_OR_IGNORE"


def extension(target: Target) -> str:
    """Return the ending of the files in a folder: `parquet`, `csv.gz`, …"""
    codec = compression(dict(target.options), "")
    ending = {"gzip": ".gz", "zstd": ".zst"}.get(codec, "") if target.format != "parquet" else ""
    return f"{target.format}{ending}"


def compression(options: dict[str, OptionValue], path: str) -> str:
    """Return how text is compressed: what the option says, else what the path's ending does."""
    said = options.get("compression")
    if said is not None:
        return str(said)
    return "gzip" if path.lower().endswith(".gz") else "zstd" if path.lower().endswith(".zst") else "none"


def _parquet(options: dict[str, OptionValue]) -> list[str]:
    codec = str(options.get("compression", "snappy"))
    said = ["FORMAT parquet", f"COMPRESSION {_PARQUET_CODECS.get(codec, codec)}"]
    if codec == "zstd":
        said.append("COMPRESSION_LEVEL 1")
    if "row_group_size" in options:
        said.append(f"ROW_GROUP_SIZE {options['row_group_size']}")
    return said


def _csv(options: dict[str, OptionValue], path: str) -> list[str]:
    said = [
        "FORMAT csv",
        f"HEADER {str(bool(options.get('header', True))).lower()}",
        f"DELIMITER {quoted(str(options.get('delimiter', ',')))}",
        f"QUOTE {quoted(str(options.get('quote', chr(34))))}",
        f"ESCAPE {quoted(str(options.get('escape', chr(34))))}",
        f"NULLSTR {quoted(str(options.get('null', '')))}",
    ]
    return [*said, *_text(options, path)]


def _json(options: dict[str, OptionValue], target: Target) -> list[str]:
    return ["FORMAT json", f"ARRAY {str(target.format == 'json').lower()}", *_text(options, target.path)]


def _text(options: dict[str, OptionValue], path: str) -> list[str]:
    formats = {kind: options[f"{kind}_format"] for kind in ("date", "timestamp") if f"{kind}_format" in options}
    said = [f"{kind.upper()}FORMAT {quoted(str(format_))}" for kind, format_ in formats.items()]
    return [f"COMPRESSION {compression(options, path)}", *said]
