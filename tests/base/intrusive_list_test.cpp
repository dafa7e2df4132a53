// SPDX-License-Identifier: BSL-1.0
#include "rill/base/detail/intrusive_list.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/death.hpp"

namespace {

using rill::detail::intrusive_list;
using rill::detail::list_node;

struct item : list_node {
  explicit item(int value) : number(value) {}
  int number;
};

using list = intrusive_list<item>;

std::vector<int> numbers(const list& from) {
  std::vector<int> seen;
  for (const item& each : from) seen.push_back(each.number);
  return seen;
}

void clear(list& from) {
  while (from.pop_front() != nullptr) {
  }
}

TEST_CASE("an intrusive_list keeps the order of insertion at both ends") {
  item one(1);
  item two(2);
  item three(3);
  list items;
  CHECK(items.empty());
  items.push_back(two);
  items.push_back(three);
  items.push_front(one);
  CHECK(numbers(items) == std::vector{1, 2, 3});
  CHECK(items.front().number == 1);
  CHECK(items.back().number == 3);
  CHECK(items.pop_front() == &one);
  CHECK_FALSE(one.is_linked());
  CHECK(items.pop_front() == &two);
  CHECK(items.pop_front() == &three);
  CHECK(items.pop_front() == nullptr);
  CHECK(items.empty());
}

TEST_CASE("a node leaves from anywhere, with or without its list at hand") {
  item nodes[4] = {item(1), item(2), item(3), item(4)};
  list items;
  for (item& each : nodes) items.push_back(each);
  items.erase(nodes[1]);
  CHECK(numbers(items) == std::vector{1, 3, 4});
  nodes[0].unlink();
  nodes[3].unlink();
  CHECK(numbers(items) == std::vector{3});
  CHECK(nodes[2].is_linked());
  CHECK_FALSE(nodes[0].is_linked());
  items.push_back(nodes[0]);
  CHECK(numbers(items) == std::vector{3, 1});
  clear(items);
}

TEST_CASE("appending moves all nodes of another list") {
  item nodes[4] = {item(1), item(2), item(3), item(4)};
  list first;
  list second;
  first.append(second);
  CHECK(first.empty());
  second.push_back(nodes[0]);
  second.push_back(nodes[1]);
  first.append(second);
  CHECK(second.empty());
  CHECK(numbers(first) == std::vector{1, 2});
  second.push_back(nodes[2]);
  second.push_back(nodes[3]);
  first.append(second);
  CHECK(numbers(first) == std::vector{1, 2, 3, 4});
  nodes[3].unlink();
  CHECK(first.back().number == 3);
  clear(first);
}

TEST_CASE("others may leave while a list is walked") {
  item nodes[3] = {item(1), item(2), item(3)};
  list items;
  for (item& each : nodes) items.push_back(each);
  int steps = 0;
  for (auto at = items.begin(); at != items.end(); ++at) {
    if (at->number == 1) nodes[1].unlink();
    ++steps;
  }
  CHECK(steps == 2);
  clear(items);
}

struct by_age : list_node {};
struct by_name : list_node {};
struct person : by_age, by_name {
  int age = 0;
};

TEST_CASE("an object is in two lists through two bases") {
  person ann;
  person bob;
  intrusive_list<person, by_age> ages;
  intrusive_list<person, by_name> names;
  ages.push_back(ann);
  ages.push_back(bob);
  names.push_back(bob);
  names.push_back(ann);
  CHECK(&ages.front() == &ann);
  CHECK(&names.front() == &bob);
  ages.erase(ann);
  CHECK_FALSE(static_cast<by_age&>(ann).is_linked());
  CHECK(static_cast<by_name&>(ann).is_linked());
  names.erase(ann);
  CHECK(ages.pop_front() == &bob);
  CHECK(names.pop_front() == &bob);
}

TEST_CASE("misuse of lists and nodes is caught in debug builds") {
  const bool checked = RILL_DEBUG_CHECKS == 1;
  const auto linked_node = rill_test::die_in([] {
    list items;
    {
      item gone(1);
      items.push_back(gone);
    }
    ::_exit(0);
  });
  CHECK(linked_node.aborted == checked);
  const auto full_list = rill_test::die_in([] {
    item only(1);
    {
      list items;
      items.push_back(only);
    }
    ::_exit(0);
  });
  CHECK(full_list.aborted == checked);
  const auto twice = rill_test::die_in([] {
    item only(1);
    list items;
    items.push_back(only);
    items.push_back(only);
    ::_exit(0);
  });
  CHECK(twice.aborted == checked);
}

}  // namespace
