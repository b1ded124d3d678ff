"""Delimited text: what is read, and what is refused with which words."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedPayload
from tieout.formats.csv import CsvFormat, CsvTable
from tieout.formats.footing import Total, Trailer

HEADED = CsvFormat()


def read(content: bytes, form: CsvFormat = HEADED, piece: int = 1 << 20) -> list[dict[str, str]]:
    """Read a file that arrives in pieces."""
    table = CsvTable(lambda: [content[at : at + piece] for at in range(0, len(content), piece)], form)
    return [dict(zip(table.columns, row, strict=True)) for block in table.blocks() for row in block]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
def test_any_line_end_is_read_however_the_bytes_are_cut(end, piece):
    content = end.join(["a,b", "1,x", "2,y", ""]).encode()
    assert read(content, piece=piece) == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


def test_a_byte_order_mark_is_dropped():
    assert read(b"\xef\xbb\xbfa\n1\n") == [{"a": "1"}]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quotes_may_hold_line_ends_delimiters_and_quotes(end):
    content = f'a,b\n"one{end}two, ""three""",2\n'.encode()
    assert read(content, piece=4) == [{"a": f'one{end}two, "three"', "b": "2"}]


def test_a_byte_that_does_not_decode_is_named_by_position():
    with pytest.raises(MalformedPayload, match="Byte 6 does not decode as utf-8"):
        read(b"a\nxyz\n\xff\n", CsvFormat(encodings=("utf-8",)), piece=3)


def test_a_character_cut_between_two_pieces_is_read_and_a_wrong_one_named():
    assert read("a\né\n".encode(), piece=3) == [{"a": "é"}]
    with pytest.raises(MalformedPayload, match="Byte 2 does not decode"):
        read(b"a\n\xc3\n", CsvFormat(encodings=("utf-8",)), piece=3)


def test_declared_encodings_are_tried_in_order():
    form = CsvFormat(encodings=("utf-8-sig", "cp1252"))
    assert read("a\nMüller\n".encode("cp1252"), form) == [{"a": "Müller"}]
    assert read("a\nMüller\n".encode(), form) == [{"a": "Müller"}]


def test_a_nul_is_refused():
    with pytest.raises(MalformedPayload, match="NUL"):
        read("a\nb\n".encode("utf-16-le"), CsvFormat(encodings=("utf-8",)))


def test_a_record_of_another_width_is_refused_with_its_line():
    with pytest.raises(MalformedPayload, match=r"line 3: a record has 1 fields where 2 are expected"):
        read(b"a,b\n1,2\n3\n")


def test_an_open_quote_at_the_end_is_refused():
    with pytest.raises(MalformedPayload, match="does not parse"):
        read(b'a,b\n1,"2\n')


def test_a_header_that_names_a_column_twice_is_refused():
    with pytest.raises(MalformedPayload, match="names a twice"):
        read(b"a,a\n1,2\n")


def test_blank_lines_are_left_out_and_lines_before_the_header_skipped():
    assert read(b"report of today\na,b\n\n1,2\n\n", CsvFormat(skip_lines=1)) == [{"a": "1", "b": "2"}]


def test_a_file_without_header_has_the_declared_columns_and_may_have_no_quotes():
    form = CsvFormat(delimiter="\t", columns=("a", "b"), quote=None)
    assert read(b'1\t2" pipe\n', form) == [{"a": "1", "b": '2" pipe'}]


def test_an_empty_file_has_no_rows():
    assert read(b"") == []


TRAILER = CsvFormat(trailer=Trailer("TRL", count=1, totals=(Total(2, "amount"),)))


def test_a_trailer_that_foots_is_not_a_row():
    assert len(read(b"id,amount,x\n1,2.50,\n2,0.50,\nTRL,2,3.00\n", TRAILER)) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id,amount,x\n1,2.50,\nTRL,2,2.50\n", "number of records is 1, the trailer says 2"),
        (b"id,amount,x\n1,2.50,\nTRL,1,2.49\n", "sum of amount is 2.50, the trailer says 2.49"),
        (b"id,amount,x\n1,2.50,\n2,2.50,\n", "no trailer"),
        (b"id,amount,x\n", "no trailer"),
        (b"id,amount,x\n1,2.50,\nTRL,one,2.50\n", "no number in field 1"),
    ],
)
def test_a_trailer_that_does_not_foot_is_refused(content, message):
    with pytest.raises(MalformedPayload, match=message):
        read(content, TRAILER)


GZIPPED = CsvFormat(gzip=True)


def test_gzip_is_read_in_members():
    assert len(read(gzip.compress(b"a\n1\n") + gzip.compress(b"2\n"), GZIPPED, piece=7)) == 2


def test_a_truncated_gzip_is_refused():
    with pytest.raises(MalformedPayload, match="truncated"):
        read(gzip.compress(b"a\n" + b"1\n" * 5000)[:-9], GZIPPED)


def test_a_damaged_gzip_is_refused():
    with pytest.raises(MalformedPayload, match="damaged"):
        read(b"not gzip at all", GZIPPED)


def test_a_gzip_bomb_is_refused():
    bomb = gzip.compress(b"a\n" + b"0\n" * 2_000_000)
    with pytest.raises(MalformedPayload, match="larger than 1000000 bytes after decompression"):
        read(bomb, CsvFormat(gzip=True, max_bytes=1_000_000))


CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8), st.integers(1, 9))
def test_what_was_written_is_what_is_read(rows, piece):
    import csv
    import io

    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    assert read(text.getvalue().encode(), CsvFormat(encodings=("utf-8",)), piece) == [{"a": a, "b": b} for a, b in rows]
