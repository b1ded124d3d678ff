"""What sources wrote stays text on the page that a person answers."""

from tieout.people.markdown import plain


def test_nothing_that_a_source_wrote_has_a_meaning():
    wrote = "[a](javascript:x) <script> | cell\n# title `code` *b* ~~c~~ \\"
    assert plain(wrote) == (
        r"\[a\](javascript:x) \<script\> \| cell \# title \`code\` \*b\* \~\~c\~\~ \\"
    )  # fmt: skip
