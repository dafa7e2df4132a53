// SPDX-License-Identifier: BSL-1.0

package main

import (
	"context"
	"math/rand"
	"runtime"
	"sync"
	"time"
)

var coreScenarios = []scenario{
	{"yield/1", 1, 1, yieldTurns(1)},
	{"yield/2", 2, 1, yieldTurns(2)},
	{"yield/1000", 1000, 1, yieldTurns(1000)},
	{"yield/100000", 100000, 1, yieldTurns(100000)},
	{"spawn_join/1000/0", 1000, 1, spawnJoin(false)},
	{"spawn_join/1000/1", 1000, 1, spawnJoin(true)},
	{"join_by_group/1000", 1000, 1, spawnJoin(false)},
	{"timer_arm_cancel", 1, 1, timerArmCancel},
	{"sleepers/100000", 100000, 1, sleepers},
	{"cancel_join", 1, 1, cancelWaiting(1)},
	{"cancel_waiting/1000", 1000, 1, cancelWaiting(1000)},
	{"yield_limited", 1, 1, yieldLimited},
}

// All take turns; one of them counts, so a round is one turn of each.
func yieldTurns(tasks int) func(n int) time.Duration {
	return func(n int) time.Duration {
		over := false
		var ended sync.WaitGroup
		for i := 1; i < tasks; i++ {
			ended.Add(1)
			go func() {
				defer ended.Done()
				for !over {
					runtime.Gosched()
				}
			}()
		}
		runtime.Gosched()
		start := cpu()
		for i := 0; i < n; i++ {
			runtime.Gosched()
		}
		took := cpu() - start
		over = true
		ended.Wait()
		return took
	}
}

func spawnJoin(yields bool) func(n int) time.Duration {
	return func(n int) time.Duration {
		start := cpu()
		for i := 0; i < n; i++ {
			var ended sync.WaitGroup
			ended.Add(1000)
			for child := 0; child < 1000; child++ {
				go func() {
					if yields {
						runtime.Gosched()
					}
					ended.Done()
				}()
			}
			ended.Wait()
		}
		return cpu() - start
	}
}

func timerArmCancel(n int) time.Duration {
	start := cpu()
	for i := 0; i < n; i++ {
		time.NewTimer(10 * time.Second).Stop()
	}
	return cpu() - start
}

// Deadlines spread at random over 200 ms.
func sleepers(n int) time.Duration {
	random := rand.New(rand.NewSource(1))
	start := cpu()
	for i := 0; i < n; i++ {
		var ended sync.WaitGroup
		ended.Add(100000)
		for one := 0; one < 100000; one++ {
			delay := time.Duration(random.Int63n(200000000))
			go func() {
				time.Sleep(delay)
				ended.Done()
			}()
		}
		ended.Wait()
	}
	return cpu() - start
}

// Goroutines that would sleep for an hour, but for a context that is cancelled.
func cancelWaiting(tasks int) func(n int) time.Duration {
	return func(n int) time.Duration {
		start := cpu()
		for i := 0; i < n; i++ {
			limits, cancel := context.WithCancel(context.Background())
			var ended sync.WaitGroup
			ended.Add(tasks)
			for one := 0; one < tasks; one++ {
				go func() {
					defer ended.Done()
					timer := time.NewTimer(time.Hour)
					defer timer.Stop()
					select {
					case <-timer.C:
					case <-limits.Done():
					}
				}()
			}
			runtime.Gosched()
			cancel()
			ended.Wait()
		}
		return cpu() - start
	}
}

func yieldLimited(n int) time.Duration {
	start := cpu()
	for i := 0; i < n; i++ {
		limits, cancel := context.WithTimeout(context.Background(), time.Second)
		runtime.Gosched()
		if limits.Err() != nil {
			panic("a second is over")
		}
		cancel()
	}
	return cpu() - start
}
