# SPDX-License-Identifier: BSL-1.0
"""The rules of coroutine_rules.py about braces: aggregates and lists in awaiting expressions."""

from cpp_types import split_type

TWICE = "GCC 12 destroys this temporary twice"
REFUSED = 'GCC 12 refuses it: "array used as initializer"'


class Braces:
    """The part of a Checker that judges `X{...}`, `{...}` and `X(a, b)`."""

    def braces(self, body, full):
        visible = full.visible
        done = 0
        for i in visible:
            if self.text[i] != "{" or i < done or self.text[i - 1] in ("requires", ")"):
                continue
            if self.text[i - 1] == "]" and full.role != "declaration":
                continue
            closing = self.partner[i]
            if self.strict and self.awaits_in(i, closing, full) is not None:
                self.report(i, full, "list", "await inside a braced initialiser",
                            "too near to what GCC 12 destroys twice or refuses")
                done = closing
                continue
            rule, what, why = self.judge(i, closing, body, full)
            if rule:
                self.report(i, full, rule, what, why)
            if rule or why == "trivial":
                done = closing

    def judge(self, i, closing, body, full):
        """(rule, what, why) of a braced initialiser; rule is None where it is fine."""
        empty = closing == i + 1
        type = self.braced_type(i, body, full)
        if type is not None:
            shown = split_type(type)[0] or "T"
            kinds = {"trivial"} if type == ("auto",) else {self.types.classify(type)}
            if "[" in type:
                kinds = {"trivial"} if kinds == {"trivial"} else {"aggregate"}
        elif self.text[i - 1] == "co_yield":
            return "list", "co_yield of a braced list", REFUSED
        else:
            shown, kinds = "", self.untyped_kinds(i, closing)
            if empty and not kinds:
                kinds = {"unknown"}
        if kinds and kinds <= {"trivial"}:
            return None, "", "trivial"
        if "list" in kinds:
            if empty or self.iterators(i, closing):
                return None, "", ""
            return "list", f"braced list {shown}{{...}} in an awaiting expression", REFUSED
        if kinds and kinds <= {"class"}:
            return None, "", ""
        if "aggregate" in kinds:
            what = f"aggregate {shown}{{...}} with a member that owns something"
        else:
            what = f"{shown}{{...}} of a type this check does not know"
        return "aggregate", what + " in an awaiting expression", TWICE

    def iterators(self, i, closing):
        """`{first, last}` of a container: not a list of elements."""
        words = self.text[i:closing]
        return "begin" in words and "end" in words

    def braced_type(self, i, body, full):
        """The tokens of the type before a `{`, or None where there is none."""
        before = i - 1
        if self.text[before] == "=" or before < full.first:
            before -= 1
        at_start = full.role == "declaration" and self.opens_declarator(before, full)
        if at_start:
            return full.type
        if self.text[i - 1] in ("=", "return", "co_return", "co_yield", "co_await"):
            if self.text[i - 1] == "co_return" and body.result:
                return self.result_type(body.result)
            return None
        end, index = i, i - 1
        if self.text[index] == ">":
            depth = 0
            while index > full.first:
                depth += {">": 1, "<": -1}.get(self.text[index], 0)
                index -= 1
                if depth == 0:
                    break
        if not self.s.is_word(index):
            return None
        while index - 2 >= full.first and self.text[index - 1] == "::":
            index -= 2
        return tuple(self.text[index:end])

    def result_type(self, result):
        """`T` of `rill::coro<T>`."""
        words = list(result)
        if "<" not in words or ">" not in words:
            return None
        return tuple(words[words.index("<") + 1 : len(words) - 1 - words[::-1].index(">")])

    def opens_declarator(self, before, full):
        name = len(full.type)
        first = full.first
        while first < full.last and self.text[first] != (full.type or ("",))[0]:
            first += 1
        at = first + name - (1 if full.type and full.type[-1] == "[" else 0)
        if self.text[before] == "]":
            before = self.partner[before] - 1
        return before == at

    def untyped_kinds(self, i, closing):
        """What a bare `{...}` may become: by designators, or by the called function."""
        fields = [
            self.text[a + 1]
            for a, b in self.s.split(i + 1, closing, ",")
            if self.text[a] == "." and a + 1 < b
        ]
        called, position = self.called(i)
        kinds = self.types.parameter_kinds(called, position) if called else set()
        if fields and (not kinds or kinds == {"unknown"}):
            return self.types.with_fields(fields)
        return kinds

    def called(self, i):
        """Name of the function whose argument starts at i, and the argument's position."""
        position, index = 0, i - 1
        while index > 0:
            text = self.text[index]
            if text in (")", "]", "}"):
                index = self.partner[index]
            elif text == ",":
                position += 1
            elif text == "(":
                return self.text[index - 1], position
            elif text in ("{", "[", ";"):
                return "", 0
            index -= 1
        return "", 0

    def parenthesised(self, body, full):
        """`X(a, b)` of an aggregate, and default arguments that are one."""
        for i in full.visible:
            if self.text[i] != "(" or not self.s.is_word(i - 1):
                continue
            name, closing = self.text[i - 1], self.partner[i]
            arguments = self.s.split(i + 1, closing, ",") if closing > i + 1 else []
            known = self.types.nearest(name)
            if known and self.types.classify((name,)) == "aggregate" and arguments:
                if len(arguments) > 1 or self.text[arguments[0][0]] != "std":
                    what = f"aggregate {name}(...) with a member that owns something"
                    what += " in an awaiting expression"
                    self.report(i - 1, full, "aggregate", what, TWICE)
            for type, value in self.types.defaults(name, len(arguments)):
                if "{" in value and self.types.classify(type) == "aggregate":
                    what = f"default argument of {name} is an aggregate that owns something"
                    self.report(i - 1, full, "aggregate", what, TWICE)
