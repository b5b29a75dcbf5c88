// SPDX-License-Identifier: Apache-2.0
//
// Nothing: what a process takes that does nothing, for bench/start.py.
int main(void) { return 0; }
