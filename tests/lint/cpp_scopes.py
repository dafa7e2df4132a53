# SPDX-License-Identifier: BSL-1.0
"""Reads what stands outside functions: namespaces, classes, declarations, function heads.

One half of cpp_structure.py, which reads the functions' bodies. What a declaration says about a
type is handed to a `Types` (cpp_types.py).
"""

from cpp_tokens import WORD

ACCESS = {"public", "protected", "private"}
CLASS_KEYS = {"class", "struct", "union"}
SPECIFIERS = {
    "const", "constexpr", "static", "thread_local", "extern", "volatile", "inline", "constinit",
    "mutable", "typename", "explicit", "virtual", "friend", "register", "export",
}
BUILTIN = {
    "bool", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "wchar_t",
    "char8_t", "char16_t", "char32_t", "void",
}
NOT_A_TYPE = {
    "return", "co_return", "co_await", "co_yield", "throw", "delete", "new", "goto", "sizeof",
    "this", "using", "typedef", "case", "else", "break", "continue", "operator", "nullptr", "true",
    "false", "if", "while", "for", "do", "switch", "try", "catch", "default", "static_assert",
    "not", "template", "namespace", "requires", "noexcept", "alignof",
}


class Scopes:
    """Needs `tokens`, `text`, `partner`, `types`; calls `function` and `initialiser`."""

    # Small helpers.

    def at(self, index):
        return self.text[index] if 0 <= index < len(self.text) else ""

    def is_word(self, index):
        return 0 <= index < len(self.tokens) and self.tokens[index].kind == WORD

    def next_at_depth(self, index, end):
        return self.partner[index] + 1 if self.text[index] in "([{" else index + 1

    def angles(self, index, end):
        """Index after the template list that opens at index, or 0 where it is none."""
        depth = 0
        while index < end:
            text = self.text[index]
            if text in "([{":
                index = self.partner[index] + 1
                continue
            if text == "<":
                depth += 1
            elif text == ">":
                depth -= 1
                if depth == 0:
                    return index + 1
            elif text in (";", "||", "}", ")", "]", "<<"):
                return 0
            index += 1
        return 0

    def split(self, first, last, separator):
        """Ranges between separators at depth 0 (template lists count as depth for commas)."""
        parts, begin, index = [], first, first
        while index < last:
            text = self.text[index]
            if text == separator:
                parts.append((begin, index))
                begin = index + 1
            if text == "<" and separator == "," and (after := self.angles(index, last)):
                index = after
                continue
            index = self.next_at_depth(index, last)
        parts.append((begin, last))
        return parts

    def attributes(self, index):
        while self.at(index) == "[" and self.at(index + 1) == "[":
            index = self.partner[index] + 1
        return index

    # Declarations outside functions.

    def scope(self, index, end, owner=None):
        head = index
        while index < end:
            text = self.text[index]
            if text == "template" and self.at(index + 1) == "<":
                index = head = self.angles(index + 1, end) or index + 2
            elif text == ";":
                self.member(head, index, owner)
                index = head = index + 1
            elif text == ":" and self.at(index - 1) in ACCESS:
                if owner and self.at(index - 1) != "public":
                    owner.private_from = min(owner.private_from, len(owner.fields))
                index = head = index + 1
            elif text == "=" and self.at(index - 1) != "operator":
                while index < end and self.text[index] != ";":
                    index = self.next_at_depth(index, end)
                self.initialised(head, index, owner)
                index = head = index + 1
            elif text == "{":
                index, head = self.braces(head, index, end, owner)
            else:
                index = self.next_at_depth(index, end)

    def initialised(self, head, end, owner):
        self.member(head, end, owner)
        self.initialiser(head, end)

    def braces(self, head, index, end, owner):
        """A `{` outside functions; gives where to go on and where the next head begins."""
        after = self.partner[index] + 1
        before = self.at(index - 1)
        if before == "requires" or (
            before == ")" and self.at(self.partner[index - 1] - 1) == "requires"
        ):
            self.initialiser(index, after)
            return after, head
        depth0 = self.depth0(head, index)
        words = [self.text[i] for i in depth0]
        if not words or "namespace" in words or (words[0] == "extern" and len(words) == 2):
            self.scope(index + 1, after - 1)
            return after, after
        if "enum" in words:
            names = [w for w in words if w not in CLASS_KEYS | {"enum"} and w.isidentifier()]
            self.types.add_enum(names[0] if names else "")
            return after, head
        if CLASS_KEYS & set(words) and "operator" not in words:
            self.scope(index + 1, after - 1, self.types.add_struct(self.class_name(head, index)))
            return after, after
        parameters = self.parameters(head, index)
        if parameters is None:
            while index < end and self.text[index] != ";":
                index = self.next_at_depth(index, end)
            self.initialised(head, index, owner)
            return index + 1, index + 1
        in_list = ":" in [self.text[i] for i in depth0 if i > self.partner[parameters]]
        if in_list and (self.is_word(index - 1) or before == ">") and before != "try":
            return after, head
        self.signature(head, parameters, owner)
        self.function(head, parameters, index)
        return after, after

    def depth0(self, first, last):
        indices = []
        while first < last:
            if self.text[first] not in "([{":
                indices.append(first)
            first = self.next_at_depth(first, last)
        return indices

    def class_name(self, head, index):
        """The class's name and the tokens of its bases."""
        depth0 = self.depth0(head, index)
        key = next(i for i in depth0 if self.text[i] in CLASS_KEYS)
        name = ""
        for i in depth0:
            if i > key and self.text[i] in (":", "final", "<"):
                break
            if i > key and self.is_word(i) and self.text[i] not in ("alignas", "public"):
                name = self.text[i]
        colon = next((i for i in depth0 if i > key and self.text[i] == ":"), None)
        bases = tuple(self.text[colon + 1 : index]) if colon else ()
        return name, bases

    def parameters(self, head, end):
        """Index of the parenthesis that opens the parameter list, or None."""
        index = head
        while index < end:
            if self.text[index] == "(":
                before = self.at(index - 1)
                if before == "operator":  # operator()(...)
                    index = self.partner[index] + 1
                    continue
                if before not in ("alignas", "decltype", "noexcept", "explicit", "requires"):
                    return index if index > head else None
            index = self.next_at_depth(index, end)
        return None

    def member(self, head, end, owner):
        head = self.attributes(head)
        if head >= end:
            return
        if self.text[head] == "using" and self.at(head + 2) == "=":
            self.types.add_alias(self.text[head + 1], self.text[head + 3 : end])
            return
        parameters = self.parameters(head, end)
        if parameters is not None and parameters < self.first_equals(head, end):
            self.signature(head, parameters, owner, end)
        elif owner is not None and "static" not in self.text[head:end]:
            if found := self.declarator(head, end):
                owner.fields.append((found[2], found[0]))

    def first_equals(self, head, end):
        for index in self.depth0(head, end):
            if self.text[index] == "=" and self.at(index - 1) != "operator":
                return index
        return end

    def signature(self, head, parameters, owner, end=0):
        name = self.at(parameters - 1)
        if owner is not None and name == owner.name:
            closing = self.partner[parameters]
            if self.at(parameters - 2) == "~":
                owner.destructor |= self.text[closing + 1 : closing + 3] != ["=", "default"]
            else:
                owner.constructed = True
            if self.at(parameters - 2) == "~":
                return
        if name.isidentifier():
            self.types.add_function(name, self.parameter_list(parameters))

    def parameter_list(self, opening):
        """(name, type tokens, default value tokens) of each parameter."""
        found = []
        for first, last in self.split(opening + 1, self.partner[opening], ","):
            if first == last:
                continue
            equals = self.first_equals(first, last)
            declared = self.declarator(first, equals) if equals > first else None
            type = declared[0] if declared else tuple(self.text[first:equals])
            name = declared[2] if declared else ""
            found.append((name, tuple(type), tuple(self.text[equals + 1 : last])))
        return found

    def declarator(self, first, last):
        """(type tokens, index of the name, name) where [first, last) declares a variable."""
        index = self.attributes(first)
        while self.at(index) in SPECIFIERS and index < last:
            index += 1
        begin = index
        if self.at(index) in BUILTIN:
            while self.at(index) in BUILTIN | SPECIFIERS:
                index += 1
        elif self.at(index) == "auto":
            index += 1
        elif self.at(index) == "decltype" and self.at(index + 1) == "(":
            index = self.partner[index + 1] + 1
        else:
            index = self.qualified(index, last)
            if index == 0:
                return None
        while index < last and self.text[index] in ("*", "&", "&&", "const", "volatile", "..."):
            index += 1
        if self.at(begin) == "auto" and self.at(index) == "[" and index < last:
            return (), index, "["
        if index >= last or not self.is_word(index) or self.text[index] in NOT_A_TYPE:
            return None
        if index + 1 < last and self.text[index + 1] not in ("=", "(", "{", ",", "[", ":"):
            return None
        type = tuple(self.text[begin:index]) + (("[",) if self.at(index + 1) == "[" else ())
        return type, index, self.text[index]

    def qualified(self, index, last):
        """Index after a possibly qualified type name, 0 where there is none."""
        if self.at(index) in CLASS_KEYS | {"enum"}:
            index += 1
        if self.at(index) == "::":
            index += 1
        while index < last and self.is_word(index) and self.text[index] not in NOT_A_TYPE:
            index += 1
            if self.at(index) == "<" and index < last:
                index = self.angles(index, last)
                if index == 0:
                    return 0
            if self.at(index) != "::":
                return index
            index += 1
        return 0
