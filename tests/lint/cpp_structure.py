# SPDX-License-Identifier: BSL-1.0
"""Finds the functions, lambdas, statements and full expressions of a C++ source.

No compiler's knowledge: names are not looked up, macros are not expanded. What the grammar leaves
open without that knowledge is decided as code is ordinarily written.
"""

from cpp_scopes import CLASS_KEYS, SPECIFIERS, Scopes
from cpp_tokens import NUMBER, STRING, Source

BEFORE_LAMBDA = {"return", "co_return", "co_await", "co_yield", "throw", "case", "else", "not"}
AWAITS = {"co_await", "co_yield"}


class Full:
    """One full expression: tokens [first, last). `type` holds the declared type's tokens."""

    def __init__(self, first, last, role, type=None):
        self.first, self.last, self.role, self.type = first, last, role, type
        self.lambdas = []  # Lambda, those that stand directly in this expression
        self.visible = []  # indices of its tokens without the lambdas' parameters and bodies
        self.awaits = False


class Lambda:
    def __init__(self, first, body, last):
        self.first, self.body, self.last = first, body, last


class Body:
    """What is between the braces of one function or lambda."""

    def __init__(self, kind, line, parent=None):
        self.kind, self.line, self.last_line, self.parent = kind, line, line, parent
        self.fulls = []
        self.declares = False
        self.names = {}  # local or parameter -> tokens of its type, () where unknown
        self.result = ()

    def type_of(self, name):
        body = self
        while body:
            if name in body.names:
                return body.names[name]
            body = body.parent
        return ()


class Structure(Scopes):
    def __init__(self, source, types, fragment=False):
        self.tokens, self.partner, self.types = source.tokens, source.partner, types
        self.text = [token.text for token in source.tokens]
        self.bodies = []
        if fragment and self.has_statements():
            body = self.new_body("fragment", 0)
            self.statements(0, len(self.text), body)
        else:
            self.scope(0, len(self.text))

    def has_statements(self):
        """Whether statements stand at the outermost level, as they do in a documentation page."""
        index = 0
        while index < len(self.text):
            text = self.text[index]
            if text in ("if", "while", "for", "switch", "do", "try", "co_await", "co_return",
                        "co_yield", "return"):
                return True
            index = self.partner[index] + 1 if text == "{" else index + 1
        return False

    def initialiser(self, first, last):
        self.full(first, last, "expression", self.new_body("initialiser", first))

    def new_body(self, kind, index, parent=None):
        line = self.tokens[index].line if index < len(self.tokens) else 1
        body = Body(kind, line, parent)
        self.bodies.append(body)
        return body

    def function(self, head, parameters, opening):
        body = self.new_body("function", opening)
        body.names = {name: type for name, type, _ in self.parameter_list(parameters) if name}
        body.result = tuple(self.text[head : parameters - 1])
        body.last_line = self.tokens[self.partner[opening]].line
        self.statements(opening + 1, self.partner[opening], body)

    def statements(self, index, end, body):
        while index < end:
            index = max(self.statement(index, end, body), index + 1)

    def statement(self, index, end, body):
        """Reads one statement, or as much of it as can be told; gives where to go on."""
        index = self.attributes(index)
        text = self.at(index)
        if index >= end or text in (";", "else", "do", "try", "}"):
            return index + 1
        if text == "{":
            self.statements(index + 1, self.partner[index], body)
            return self.partner[index] + 1
        if text in ("if", "while", "switch", "for", "catch"):
            return self.controlled(index, end, body)
        if text in ("case", "default") or (self.is_word(index) and self.at(index + 1) == ":"):
            while index < end and self.text[index] not in (":", ";"):
                index = self.next_at_depth(index, end)
            return index + 1
        if text in ("using", "typedef"):
            body.declares = True
            last = self.semicolon(index, end)
            self.member(index, last, None)
            return last + 1
        if text in CLASS_KEYS | {"enum", "template"} or (
            text in SPECIFIERS and self.at(index + 1) in CLASS_KEYS
        ):
            if (after := self.local_type(index, end)) is not None:
                body.declares = True
                return after
        return self.simple(index, end, body)

    def semicolon(self, index, end):
        while index < end and self.text[index] != ";":
            index = self.next_at_depth(index, end)
        return index

    def local_type(self, index, end):
        """A class, enumeration or template inside a function; None where it is a variable."""
        last = self.semicolon(index, end)
        brace = next((i for i in range(index, last) if self.text[i] == "{"), None)
        equals = self.first_equals(index, last)
        if brace is None or equals < brace:
            return None if self.text[index] != "template" else last + 1
        after, _ = self.braces(index, brace, last, None)
        return after

    def controlled(self, index, end, body):
        keyword = self.text[index]
        index += 1
        while index < end and self.text[index] not in ("(", "{"):
            index += 1  # constexpr, consteval, !
        if self.at(index) != "(":
            return index
        first, last = index + 1, self.partner[index]
        if keyword == "for":
            self.for_header(first, last, body)
        elif keyword == "catch":
            body.declares |= self.text[first:last] != ["..."]
        else:
            parts = self.split(first, last, ";")
            for part in parts[:-1]:
                self.declared_or_not(*part, "expression", body)
            self.declared_or_not(*parts[-1], "condition", body)
        return last + 1

    def for_header(self, first, last, body):
        parts = self.split(first, last, ";")
        if len(parts) == 3:
            self.declared_or_not(*parts[0], "expression", body)
            self.declared_or_not(*parts[1], "condition", body)
            self.full(*parts[2], "expression", body)
            return
        for part in parts[:-1]:
            self.declared_or_not(*part, "expression", body)
        first, last = parts[-1]
        colon = next((i for i in self.depth0(first, last) if self.text[i] == ":"), first)
        if found := self.declarator(first, colon):
            body.names[found[2]] = found[0]
        body.declares = True
        self.full(colon + 1, last, "range", body)

    def simple(self, index, end, body):
        """A declaration or an expression, up to its semicolon."""
        last = index
        while last < end and self.text[last] != ";":
            if self.text[last] == "[" and (found := self.lambda_at(last, end)):
                last = found.last + 1
                continue
            if self.text[last] == "{" and self.at(last - 1) in (")", "const", "noexcept"):
                if self.at(self.partner[last - 1] - 1) != "requires":
                    return self.headed_block(index, last, body)
            last = self.next_at_depth(last, end)
        self.declared_or_not(index, min(last, end), "expression", body)
        return last + 1

    def headed_block(self, index, opening, body):
        """`SECTION(x) {` of a macro, or in a fragment `coro<> f() {`."""
        parameters = self.parameters(index, opening)
        if parameters is None or parameters != index + 1:
            self.function(index, parameters or index, opening)
            return self.partner[opening] + 1
        self.full(index, opening, "expression", body)
        if body.kind == "fragment":
            self.function(index, parameters, opening)
            return self.partner[opening] + 1
        return opening

    # Expressions.

    def declared_or_not(self, first, last, role, body):
        found = self.declarator(first, last)
        if not found:
            self.full(first, last, role, body)
            return
        type, at, name = found
        body.declares = True
        body.names[name] = self.deduced(type, at, last)
        self.full(first, last, "declaration", body, type)

    def deduced(self, type, at, last):
        """The type of `auto x = 5` where it is plain to see."""
        if "auto" not in type or "*" in type or self.at(at + 1) not in ("=", "{", "("):
            return type
        value = self.tokens[at + 2 : last]
        if value and (value[0].text in ("true", "false", "this", "&") or (
            len(value) == 1 and value[0].kind in (NUMBER,)
        )):
            return ("int",)
        if len(value) == 1 and value[0].kind == STRING:
            suffix = value[0].text.rpartition('"')[2]
            return {"": ("char", "*"), "sv": ("std", "::", "string_view")}.get(suffix, ())
        return ()

    def lambda_at(self, index, end):
        before = self.at(index - 1)
        if self.at(index + 1) == "[" or before in (")", "]", ">", "auto"):
            return None
        if before in ("&", "&&") and self.at(index - 2) in ("auto", "const"):
            return None
        if index > 0 and self.tokens[index - 1].kind in (STRING,):
            return None
        if self.is_word(index - 1) and before not in BEFORE_LAMBDA:
            return None
        place = self.partner[index] + 1
        if self.at(place) == "<":
            place = self.angles(place, end) or place
        while place < end and self.text[place] != "{":
            text = self.text[place]
            if text in (";", ",", ")", "]", "}"):
                return None
            place = (self.angles(place, end) if text == "<" else 0) or (
                self.next_at_depth(place, end)
            )
        return Lambda(index, place, self.partner[place]) if place < end else None

    def full(self, first, last, role, body, type=None):
        """Records a full expression and reads the lambdas in it."""
        expression = Full(first, last, role, type)
        body.fulls.append(expression)
        index = first
        while index < last:
            if self.text[index] == "[" and (found := self.lambda_at(index, last)):
                body.declares = True  # a closure's class is a declaration, and cures like one
                expression.lambdas.append(found)
                expression.visible.extend(range(index, self.partner[index] + 1))
                self.lambda_body(found, body)
                index = found.last + 1
                continue
            expression.visible.append(index)
            expression.awaits |= self.text[index] in AWAITS
            index += 1
        captures = [i for x in expression.lambdas for i in range(x.first, self.partner[x.first])]
        expression.awaits |= any(self.text[i] in AWAITS for i in captures)

    def lambda_body(self, found, parent):
        body = self.new_body("lambda", found.first, parent)
        opening = self.partner[found.first] + 1
        if self.at(opening) == "<":
            opening = self.angles(opening, found.body) or opening
        if self.at(opening) == "(":
            names = self.parameter_list(opening)
            body.names = {name: type for name, type, _ in names if name}
        body.last_line = self.tokens[found.last].line
        self.statements(found.body + 1, found.last, body)


def read(text, types, first_line=1, fragment=False):
    source = Source(text, first_line)
    return source, Structure(source, types, fragment)
