// SPDX-License-Identifier: BSL-1.0

package main

import (
	"math/rand"
	"sync"
	"time"
)

// The trees of micro/trees_micro.cpp: a goroutine for each node, each waits for its six children.
var treeScenarios = []scenario{
	{"tree/none/task_group", 1, 1, tree(func(*rand.Rand, *seen) {})},
	{"tree/io/task_group", 1, 1, tree(func(*rand.Rand, *seen) { mockIO() })},
	{"tree/memoization/task_group", 1, 1, tree(memoized)},
	{"tree/cpu_io_mixed/task_group", 1, 1, tree(mixed)},
}

// Of one tree: which values from 1 to 100 have come.
type seen [101]bool

func mockIO() { time.Sleep(50 * time.Millisecond) }

func memoized(random *rand.Rand, cache *seen) {
	value := random.Intn(100) + 1
	if value <= 90 {
		if cache[value] {
			return
		}
		cache[value] = true
	}
	mockIO()
}

// 500!, in limbs of 32 bits, as support/tree_leaves.hpp has it.
func factorialOf500() []uint32 {
	product := []uint32{1}
	for factor := uint64(2); factor <= 500; factor++ {
		carry := uint64(0)
		for i, limb := range product {
			carry += uint64(limb) * factor
			product[i] = uint32(carry)
			carry >>= 32
		}
		if carry != 0 {
			product = append(product, uint32(carry))
		}
	}
	return product
}

var computed []uint32 // kept, lest it is left out

func mixed(random *rand.Rand, _ *seen) {
	if random.Intn(2) == 0 {
		computed = factorialOf500()
	} else {
		mockIO()
	}
}

func tree(leaf func(*rand.Rand, *seen)) func(n int) time.Duration {
	return func(n int) time.Duration {
		start := cpu()
		for i := 0; i < n; i++ {
			random := rand.New(rand.NewSource(0))
			var cache seen
			var recurse func(level int)
			recurse = func(level int) {
				if level == 0 {
					leaf(random, &cache)
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
