# SPDX-License-Identifier: BSL-1.0
"""Splits C++ source into tokens, comments and preprocessor directives.

Used by every lint of this folder. It knows no grammar: only what is a comment, a literal, a word
or a sign, on which line it stands, and which bracket belongs to which.
"""

import re
from typing import NamedTuple

WORD, NUMBER, STRING, CHAR, SIGN = "word", "number", "string", "char", "sign"


class Token(NamedTuple):
    kind: str
    text: str
    line: int


class Comment(NamedTuple):
    text: str
    first: int
    last: int


class Directive(NamedTuple):
    """A preprocessor line, continuation lines joined; name is `if`, `include`, `define`, ..."""

    name: str
    text: str
    line: int


# `>` is always one sign, so that closing template lists need no splitting.
PATTERN = re.compile(
    r"""
      (?P<space>[ \t\r\f\v]+ | \\\n)
    | (?P<newline>\n)
    | (?P<line_comment>//(?:\\\n|[^\n])*)
    | (?P<block_comment>/\*.*?\*/)
    | (?P<raw>(?:u8|u|U|L)?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"\w*)
    | (?P<string>(?:u8|u|U|L)?"(?:\\.|[^"\\\n])*"\w*)
    | (?P<char>(?:u8|u|U|L)?'(?:\\.|[^'\\\n])+'\w*)
    | (?P<number>\.?[0-9](?:[eEpP][+-]|'[0-9A-Za-z]|[0-9A-Za-z_.])*)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><=>|<<=|->\*|\.\.\.|::|->|\+\+|--|&&|\|\||==|!=|<=|>=|<<
        |\+=|-=|\*=|/=|%=|&=|\|=|\^=|\#\#|.)
    """,
    re.VERBOSE | re.DOTALL,
)

DIRECTIVE = re.compile(r"[ \t]*#[ \t]*(\w*)((?:/\*.*?\*/|\\\n|[^\n\\]|\\[^\n])*)", re.DOTALL)

KINDS = {
    "raw": STRING,
    "string": STRING,
    "char": CHAR,
    "number": NUMBER,
    "word": WORD,
    "sign": SIGN,
}


class Source:
    """The tokens, comments and directives of one text."""

    def __init__(self, text, first_line=1):
        self.tokens = []
        self.comments = []
        self.directives = []
        self._read(text, first_line)
        self.partner, self.balanced = match_brackets(self.tokens)

    def _read(self, text, line):
        at, fresh = 0, True  # fresh: nothing but space since the line began
        while at < len(text):
            if fresh and (found := DIRECTIVE.match(text, at)):
                body = found.group(2).replace("\\\n", "\n")
                self.directives.append(Directive(found.group(1), body, line))
                line += found.group(0).count("\n")
                at = found.end()
                continue
            found = PATTERN.match(text, at)
            kind, piece = found.lastgroup, found.group(0)
            if kind == "mark":
                kind = "raw"
            if kind == "newline":
                fresh = True
            elif kind.endswith("comment"):
                self.comments.append(Comment(piece, line, line + piece.count("\n")))
            elif kind != "space":
                self.tokens.append(Token(KINDS[kind], piece, line))
                fresh = False
            line += piece.count("\n")
            at = found.end()


def match_brackets(tokens):
    """Index of the matching bracket for each bracket, and whether all of them matched.

    A bracket without a partner is given the last token, so that whoever jumps to it ends.
    """
    partner = [0] * len(tokens)
    closes = {")": "(", "]": "[", "}": "{"}
    open_at, balanced = [], True
    for index, token in enumerate(tokens):
        if token.kind != SIGN:
            continue
        if token.text in "([{":
            open_at.append(index)
        elif token.text in closes:
            if open_at and tokens[open_at[-1]].text == closes[token.text]:
                partner[index] = open_at.pop()
                partner[partner[index]] = index
            else:
                partner[index], balanced = index, False
    for index in open_at:
        partner[index], balanced = len(tokens) - 1, False
    return partner, balanced


def includes(source):
    """The `#include`s of a source: (line, path, in angle brackets)."""
    for directive in source.directives:
        if directive.name != "include":
            continue
        if found := re.match(r'\s*(?:<([^>]+)>|"([^"]+)")', directive.text):
            yield directive.line, found.group(1) or found.group(2), found.group(1) is not None
