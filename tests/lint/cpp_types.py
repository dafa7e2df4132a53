# SPDX-License-Identifier: BSL-1.0
"""What the sources that are read say about types, by name only.

A class counts as `trivial` where nothing happens when an object of it is destroyed, as `aggregate`
where it has no constructor but owns something, as `class` where it has a constructor. A name that
several files define is taken from the file that asks, or else at its worst.
"""

TRIVIAL = set(
    "bool char short int long float double signed unsigned wchar_t char8_t char16_t char32_t size_t"
    " ptrdiff_t ssize_t byte nullptr_t string_view wstring_view u8string_view u16string_view"
    " u32string_view span nanoseconds microseconds milliseconds seconds minutes hours duration"
    " time_point error_code source_location coroutine_handle thread_id nullopt_t chrono"
    " strong_ordering weak_ordering partial_ordering true_type false_type".split()
) | {f"{u}int{f}{n}_t" for u in ("", "u") for f in ("", "_fast", "_least") for n in (8, 16, 32, 64)}
TRIVIAL |= {"intptr_t", "uintptr_t", "intmax_t", "uintmax_t"}

CONSTRUCTED = set(
    "pair tuple string wstring u8string u16string u32string optional variant any unique_ptr"
    " shared_ptr weak_ptr function exception_ptr thread jthread mutex path complex unique_lock"
    " lock_guard scoped_lock runtime_error logic_error invalid_argument out_of_range system_error"
    " reference_wrapper bitset ostringstream istringstream stringstream regex atomic"
    " in_place_t filebuf fstream ifstream ofstream".split()
)

LISTS = set(
    "vector initializer_list deque list forward_list map multimap set multiset unordered_map"
    " unordered_multimap unordered_set unordered_multiset basic_string valarray".split()
)

WRAPPERS = {"optional", "array", "pair", "tuple", "variant"}  # trivial if what they hold is


class Struct:
    def __init__(self, name, bases, file):
        self.name, self.bases, self.file = name, bases, file
        self.fields = []  # (name, type tokens)
        self.constructed = False
        self.destructor = False
        self.private_from = 1 << 30


class Types:
    def __init__(self, allowed=()):
        self.file = ""
        self.allowed = set(allowed)
        self.structs, self.aliases, self.functions = {}, {}, {}
        self.enums = set()

    # What the reader tells.

    def add_struct(self, name_and_bases):
        name, bases = name_and_bases
        found = Struct(name, bases, self.file)
        if name:
            self.structs.setdefault(name, []).append(found)
        return found

    def add_enum(self, name):
        self.enums.add(name)

    def add_alias(self, name, type):
        self.aliases[name] = tuple(type)

    def add_function(self, name, parameters):
        self.functions.setdefault(name, []).append((self.file, parameters))

    # What the rules ask.

    def classify(self, type, depth=0):
        """`trivial`, `aggregate`, `class`, `list` or `unknown`."""
        name, arguments, suffix = split_type(type)
        if "*" in suffix or "&" in suffix or "&&" in suffix:
            return "trivial"
        if name in self.allowed or name in self.enums or not name or depth > 8:
            return "trivial" if name else "unknown"
        if name in self.structs:
            return self.classify_struct(name, depth)
        if name in TRIVIAL or (":" in "".join(type[:-1]) and "chrono" in type):
            return "trivial"
        if name in WRAPPERS and arguments:
            kinds = [self.classify(argument, depth + 1) for argument in arguments]
            if name == "array":
                kinds = kinds[:1]
            if all(kind == "trivial" for kind in kinds):
                return "trivial"
        if name == "array":
            return "aggregate" if arguments else "unknown"
        if name in LISTS:
            return "list"
        if name in CONSTRUCTED:
            return "class"
        if name in self.aliases and name not in self.aliases[name]:
            return self.classify(self.aliases[name], depth + 1)
        return "unknown"

    def nearest(self, name):
        known = self.structs.get(name, [])
        return [one for one in known if one.file == self.file] or known

    def classify_struct(self, name, depth):
        kinds = {self.classify_one(one, depth) for one in self.nearest(name)}
        return next(kind for kind in ("aggregate", "class", "trivial") if kind in kinds)

    def classify_one(self, one, depth):
        members = [type for _, type in one.fields]
        members += [(word,) for word in one.bases if word.isidentifier() and word != "public"]
        kinds = {self.classify(type, depth + 1) for type in members}
        if not one.destructor and kinds <= {"trivial"}:
            return "trivial"
        is_class = one.constructed or one.private_from < len(one.fields)
        return "class" if is_class else "aggregate"

    def with_fields(self, fields):
        """The kinds of the known structs that have all these fields."""
        kinds = set()
        for name, known in self.structs.items():
            if any(set(fields) <= {field for field, _ in one.fields} for one in self.nearest(name)):
                kinds.add(self.classify_struct(name, 0))
        return kinds

    def parameter_kinds(self, function, position):
        """The kinds of the parameter at this position, over all known functions of the name."""
        known = self.functions.get(function, [])
        known = [entry for entry in known if entry[0] == self.file] or known
        kinds = set()
        for _, parameters in known:
            if position < len(parameters):
                type = tuple(t for t in parameters[position][1] if t not in ("&", "&&"))
                kinds.add(self.classify(type))
        return kinds

    def defaults(self, function, given):
        """The default arguments (type, value) used by a call with so many arguments."""
        known = self.functions.get(function, [])
        known = [entry for entry in known if entry[0] == self.file] or known
        if len(known) != 1:
            return []
        return [(type, value) for _, type, value in known[0][1][given:] if value]


def split_type(type):
    """Name without qualifiers, template arguments, and what follows (`*`, `&`, ...)."""
    words = [t for t in type if t not in ("const", "constexpr", "volatile", "typename", "struct")]
    depth, name, arguments, suffix, current = 0, "", [], [], []
    for text in words:
        if text == "<":
            depth += 1
            if depth == 1:
                arguments, current = [], []
                continue
        elif text == ">":
            depth -= 1
            if depth == 0:
                arguments.append(tuple(current))
                continue
        if depth and text == "," and depth == 1:
            arguments.append(tuple(current))
            current = []
        elif depth:
            current.append(text)
        elif text in ("*", "&", "&&", "["):
            suffix.append(text)
        elif text != "::":
            name, suffix = text, []
    return name, arguments, suffix
