# SPDX-License-Identifier: BSL-1.0
"""The coroutine shapes that GCC 12 compiles wrongly or not at all, as rules over a Structure.

GCC 12 destroys some temporaries of an awaiting expression twice (PR99576, PR100611, PR101367,
PR101976), moves a condition's hidden variable in front of the frame where the body declares
nothing (PR106188, PR106713), and refuses braced lists near an await (PR103871).
"""

from typing import NamedTuple

from coroutine_braces import TWICE, Braces
from cpp_structure import AWAITS, Full
from cpp_tokens import CHAR, NUMBER, STRING

ASSIGNS = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<="}


class Finding(NamedTuple):
    line: int
    rule: str
    what: str
    why: str
    instead: str
    first: int  # lines of the whole expression, where a suppressing comment may stand
    last: int


BOTH = "GCC 12 begins both before it takes the result, or the exception, of the first"
FRAME = "GCC 12 builds a broken frame and the coroutine stops or corrupts memory"

ADVICE = {
    "condition": "const bool ok = co_await f(); if (ok) ..., or declare in the condition: "
    "if (auto v = co_await f())",
    "lambda": "name the lambda on the line before, capture by reference, or pass the arguments "
    "beside a lambda without captures: to_thread([](std::string s) { ... }, s)",
    "aggregate": "name the object on the line before, or give the type a constructor; where all "
    "members are trivial, say so: // lint: trivial aggregate",
    "list": "pass the elements as arguments, or name the container on the line before",
    "ternary": "decide with if and else, or name the result on the line before",
    "new": "name the awaited value first, or use std::make_unique",
    "order": "await one by one, each on a line of its own, and name the results",
    "unread": "write it in a plainer way, or mend the check",
}


class Checker(Braces):
    """Checks one Structure; `strict` is the house rule of rill's own tree."""

    def __init__(self, structure, strict):
        self.s, self.strict = structure, strict
        self.text, self.tokens, self.partner = structure.text, structure.tokens, structure.partner
        self.types = structure.types
        self.findings = []

    def run(self):
        for body in self.s.bodies:
            for full in body.fulls:
                if not full.awaits:
                    continue
                self.condition(body, full)
                self.lambdas(body, full)
                self.braces(body, full)
                self.parenthesised(body, full)
                self.ternaries(body, full)
                self.news(body, full)
                if self.strict:
                    self.pairs(full)
        if self.strict:
            self.unread()
        return self.findings

    def unread(self):
        """Awaits that the reader has placed in no expression: nothing has been said about them."""
        seen = {i for body in self.s.bodies for full in body.fulls for i in full.visible}
        for i, text in enumerate(self.text):
            if text in AWAITS and i not in seen and self.text[i - 1] != "operator":
                full = Full(i, i, "expression")
                self.report(i, full, "unread", "an await that this check cannot place", "unknown")

    def report(self, index, full, rule, what, why):
        line = self.tokens[index].line
        first = self.tokens[full.first].line
        last = self.tokens[min(full.last, len(self.tokens) - 1)].line
        self.findings.append(Finding(line, rule, what, why, ADVICE[rule], first, last))

    def awaits_in(self, first, last, full):
        inside = (i for i in full.visible if first <= i < last)
        return next((i for i in inside if self.text[i] in AWAITS), None)

    # 1. Conditions.

    def condition(self, body, full):
        exposed = not body.declares and body.kind in ("function", "fragment")
        if not exposed and not self.strict:
            return
        where = self.awaits_in(full.first, full.last, full)
        if full.role != "condition":
            macro = self.checking_macro(full)
            if macro is None or where is None:
                return
            what = f"await inside {self.text[macro]}(...), which tests it in a condition"
        else:
            what = "await in a condition"
        if exposed:
            what += " of a body that declares nothing"
        why = FRAME if exposed else "one removed declaration away from a broken frame on GCC 12"
        self.report(where if where is not None else full.first, full, "condition", what, why)

    def checking_macro(self, full):
        """Index of a macro such as CHECK whose arguments await."""
        for i in full.visible:
            word = self.text[i]
            if word.isupper() and len(word) > 2 and i + 1 < len(self.text):
                if self.text[i + 1] == "(" and self.tokens[i].kind == "word":
                    if self.awaits_in(i + 1, self.partner[i + 1], full) is not None:
                        return i
        return None

    # 2. Lambdas.

    def lambdas(self, body, full):
        for one in full.lambdas:
            for first, last in self.s.split(one.first + 1, self.partner[one.first], ","):
                if first < last and not self.trivial_capture(first, last, one, body):
                    name = "".join(self.text[first:last][:12])
                    what = f"lambda that captures `{name}` by value in an awaiting expression"
                    self.report(one.first, full, "lambda", what, TWICE)
                    break

    def trivial_capture(self, first, last, one, body):
        words = self.text[first:last]
        if words[0] in ("&", "this"):
            return True
        if words == ["="]:
            used = {w for w in self.text[one.body : one.last] if w.isidentifier()}
            known = [body.type_of(w) for w in used if self.is_local(body, w)]
            return bool(known) and all(self.is_trivial(type) for type in known)
        if words[0] in ("*", "..."):
            return False
        if len(words) == 1:
            return self.is_trivial(body.type_of(words[0]))
        value = words[2:]
        if words[1] != "=" or self.awaits_any(value):
            return False
        if value[0] in ("&", "this") or (len(value) == 1 and self.is_scalar(first + 2, last, body)):
            return True
        return False

    def is_local(self, body, name):
        while body:
            if name in body.names:
                return True
            body = body.parent
        return False

    def awaits_any(self, words):
        return any(word in AWAITS for word in words)

    def is_trivial(self, type):
        if "&" in type or "&&" in type:
            type = tuple(t for t in type if t not in ("&", "&&"))
        return bool(type) and self.types.classify(type) == "trivial"

    # 3. The conditional operator.

    def ternaries(self, body, full):
        for i in full.visible:
            if self.text[i] == "?":
                first, colon, last = self.extent(i, full)
                if self.bad_ternary(first, i, colon, last, body, full):
                    what = "conditional operator in an awaiting expression"
                    why = TWICE + " where it is of class type"
                    self.report(i, full, "ternary", what, why)

    def extent(self, question, full):
        """Begin of the condition, the colon, and the end of the last arm."""
        first = question
        while first > full.first:
            text = self.text[first - 1]
            if text in ")]}":
                first = self.partner[first - 1]
            elif text in "([{,;" or text in ASSIGNS or text in ("co_return", "return", "co_yield"):
                break
            else:
                first -= 1
        nested, colon = 1, question + 1
        while colon < full.last and nested:
            if self.text[colon] == "?":
                nested += 1
            if self.text[colon] == ":":
                nested -= 1
            colon = self.s.next_at_depth(colon, full.last)
        last = colon
        while last < full.last and self.text[last] not in (",", ")", "]", "}", ";"):
            last = self.s.next_at_depth(last, full.last)
        return first, colon - 1, last

    def bad_ternary(self, first, question, colon, last, body, full):
        scalar = self.is_scalar(question + 1, colon, body) and self.is_scalar(
            colon + 1, last, body
        )
        inner = self.awaits_in(first, last, full) is not None
        if self.strict:
            return inner or not scalar
        if scalar or self.whole_initialiser(first, last, full):
            return False
        either = self.is_number(question + 1, colon) or self.is_number(colon + 1, last)
        lvalues = self.is_path(question + 1, colon) and self.is_path(colon + 1, last)
        return not lvalues and not either

    def whole_initialiser(self, first, last, full):
        """`int v = c ? co_await a : co_await b`."""
        return full.role == "declaration" and bool(full.type) and self.is_trivial(full.type) and (
            self.text[first - 1] in ("=", "{", "(") and last >= full.last - 1
        )

    def is_path(self, first, last):
        """A plain name or member access: an lvalue, of which no temporary is made."""
        words = self.text[first:last]
        return bool(words) and all(
            word in (".", "->", "::", "*", "this") or word.isidentifier() for word in words
        )

    def is_number(self, first, last):
        return last - first == 1 and self.tokens[first].kind in (NUMBER, CHAR)

    def is_scalar(self, first, last, body):
        """Whether an operand is plainly a number, pointer, view or void."""
        while first < last and self.text[first] in ("-", "+", "!", "++", "--"):
            if self.text[first] in ("!", "++", "--"):
                return True
            first += 1
        if first >= last:
            return False
        token = self.tokens[first]
        if last - first == 1:
            if token.kind in (NUMBER, CHAR) or token.text in ("true", "false", "nullptr"):
                return True
            if token.kind == STRING:
                return token.text.endswith(('"', '"sv'))
            return self.is_trivial(body.type_of(token.text))
        if token.text == "(" and self.text[first + 1] == "void":
            return True
        if self.text[first:last] == ["std", "::", "nullopt"]:
            return True
        closing = last - 1
        if self.text[closing] in (")", "}"):
            opening = self.partner[closing]
            callee = tuple(self.text[first:opening])
            if callee and callee[0] in ("static_cast", "reinterpret_cast"):
                return self.is_trivial(callee[2:-1])
            if all(w.isidentifier() or w in ("::", "<", ">") for w in callee):
                return self.is_trivial(callee)
        return False

    # 4. new.

    def news(self, body, full):
        for i in full.visible:
            if self.text[i] != "new":
                continue
            last = i + 1
            while last < full.last and self.text[last] not in (",", ")", "]", "}", ";"):
                last = self.s.next_at_depth(last, full.last)
            if self.awaits_in(i, last, full) is not None:
                self.report(i, full, "new", "await inside a new expression", TWICE)

    # 5. Two awaits side by side.

    def pairs(self, full):
        awaits = sorted(
            i for i in full.visible if self.text[i] == "co_await" and self.text[i - 1] != "operator"
        )
        for place, second in enumerate(awaits):
            for first in awaits[:place]:
                end = self.operand_end(first, full.last)
                between = self.text[end:second]
                if second >= end and not any(word in ("&&", "||", "?", ":") for word in between):
                    what = "two awaits side by side in one expression"
                    self.report(second, full, "order", what, BOTH)
                    return

    def operand_end(self, index, last):
        """One behind what an await applies to; awaits in there are its own business."""
        i = index + 1
        while i < last and self.text[i] in ("*", "&", "!", "-", "+", "++", "--"):
            i += 1
        while i < last:
            text = self.text[i]
            if text in ("(", "[", "{"):
                i = self.partner[i] + 1
            elif text == "<" and (closing := self.closing_angle(i, last)) is not None:
                i = closing + 1
            elif text in (".", "->", "::") or self.tokens[i].kind in ("word", NUMBER, STRING):
                i += 1
            else:
                break
        return i

    def closing_angle(self, index, last):
        """The end of template arguments, if `<` begins some: a call or a name follows them."""
        depth = 0
        for i in range(index, last):
            text = self.text[i]
            depth += (text == "<") - (text == ">") - 2 * (text == ">>")
            if depth <= 0:
                behind = self.text[i + 1] if i + 1 < last else ";"
                return i if behind in ("(", "{", "::") else None
            if text in (";", "&&", "||", "co_await"):
                return None
        return None
