// SPDX-License-Identifier: BSL-1.0

package main

import (
	"math/big"
	"math/rand"
	"sync"
	"time"
)

// The trees of micro/trees_micro.cpp: a goroutine for each node, each waits for its six children.
var treeScenarios = []scenario{
	{"tree/none/task_group", 1, 1, tree(func(*rand.Rand, map[int]bool) {})},
	{"tree/io/task_group", 1, 1, tree(func(*rand.Rand, map[int]bool) { mockIO() })},
	{"tree/memoization/task_group", 1, 1, tree(memoized)},
	{"tree/cpu_io_mixed/task_group", 1, 1, tree(mixed)},
}

func mockIO() { time.Sleep(50 * time.Millisecond) }

func memoized(random *rand.Rand, cache map[int]bool) {
	value := random.Intn(100) + 1
	if value <= 90 {
		if cache[value] {
			return
		}
		cache[value] = true
	}
	mockIO()
}

func mixed(random *rand.Rand, _ map[int]bool) {
	if random.Intn(2) == 0 {
		new(big.Int).MulRange(1, 500)
	} else {
		mockIO()
	}
}

func tree(leaf func(*rand.Rand, map[int]bool)) func(n int) time.Duration {
	return func(n int) time.Duration {
		start := cpu()
		for i := 0; i < n; i++ {
			random := rand.New(rand.NewSource(0))
			cache := map[int]bool{}
			var recurse func(level int)
			recurse = func(level int) {
				if level == 0 {
					leaf(random, cache)
					return
				}
				var children sync.WaitGroup
				children.Add(6)
				for child := 0; child < 6; child++ {
					go func() {
						recurse(level - 1)
						children.Done()
					}()
				}
				children.Wait()
			}
			recurse(6)
		}
		return cpu() - start
	}
}
