// SPDX-License-Identifier: BSL-1.0
// The floor of starting up: a program that does nothing.
int main(void) { return 0; }
