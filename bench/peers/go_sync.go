// SPDX-License-Identifier: BSL-1.0

// micro/sync_micro.cpp in Go on one thread, with its names. sync.Mutex does not hand over: who
// releases it may take it again at once. So the lock that is handed over is a channel that holds
// one item, whose senders are served in the order of their coming.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

// What runs n rounds and gives the time that they took, with the operations in each round.
type scenario struct {
	name   string
	each   int
	rounds func(n int) time.Duration
}

func lockAlone(n int) time.Duration {
	var lock sync.Mutex
	start := time.Now()
	for i := 0; i < n; i++ {
		lock.Lock()
		lock.Unlock()
	}
	return time.Since(start)
}

func semaphoreAlone(n int) time.Duration {
	permits := make(chan struct{}, 2)
	start := time.Now()
	for i := 0; i < n; i++ {
		permits <- struct{}{}
		<-permits
	}
	return time.Since(start)
}

func lockContended(tasks int) func(n int) time.Duration {
	return func(n int) time.Duration {
		lock := make(chan struct{}, 1)
		over := false
		started := 0
		var ended sync.WaitGroup
		lock <- struct{}{}
		for i := 1; i < tasks; i++ {
			ended.Add(1)
			go func() {
				defer ended.Done()
				started++
				for !over {
					lock <- struct{}{}
					<-lock
				}
			}()
		}
		for started != tasks-1 {
			runtime.Gosched()
		}
		start := time.Now()
		for i := 0; i < n; i++ {
			<-lock
			lock <- struct{}{}
		}
		took := time.Since(start)
		over = true
		<-lock
		ended.Wait()
		return took
	}
}

func items(capacity int) func(n int) time.Duration {
	return func(n int) time.Duration {
		through := make(chan int64, capacity)
		over := make(chan struct{})
		go func() {
			for i := 0; i <= n+capacity; i++ {
				through <- 1
			}
			close(over)
		}()
		sum := <-through
		start := time.Now()
		for i := 0; i < n; i++ {
			sum += <-through
		}
		took := time.Since(start)
		for i := 0; i < capacity; i++ {
			sum += <-through
		}
		<-over
		runtime.KeepAlive(sum)
		return took
	}
}

func conditionWakes(tasks int) func(n int) time.Duration {
	return func(n int) time.Duration {
		var lock sync.Mutex
		changed := sync.NewCond(&lock)
		over := false
		started := 0
		woken := 0
		var ended sync.WaitGroup
		for i := 0; i < tasks; i++ {
			ended.Add(1)
			go func() {
				defer ended.Done()
				lock.Lock()
				started++
				for !over {
					changed.Wait()
					woken++
				}
				lock.Unlock()
			}()
		}
		for started != tasks {
			runtime.Gosched()
		}
		woken = 0
		start := time.Now()
		for i := 0; i < n; i++ {
			lock.Lock()
			changed.Broadcast()
			lock.Unlock()
			runtime.Gosched()
		}
		// Not all of them have come back when the next round begins.
		took := time.Since(start) * time.Duration(n*tasks) / time.Duration(woken)
		lock.Lock()
		over = true
		changed.Broadcast()
		lock.Unlock()
		ended.Wait()
		return took
	}
}

// Nanoseconds of one operation, the least of five measurements of a fifth of a second.
func measure(s scenario) float64 {
	least := 0.0
	n := 1
	for took := s.rounds(n); took < 50*time.Millisecond; took = s.rounds(n) {
		n *= 2
	}
	n *= 4
	for i := 0; i < 5; i++ {
		each := float64(s.rounds(n).Nanoseconds()) / float64(n) / float64(s.each)
		if i == 0 || each < least {
			least = each
		}
	}
	return least
}

func main() {
	runtime.GOMAXPROCS(1)
	all := []scenario{
		{"lock_alone", 1, lockAlone},
		{"semaphore_alone", 1, semaphoreAlone},
		{"lock_contended/2", 2, lockContended(2)},
		{"lock_contended/100", 100, lockContended(100)},
		{"condition_wakes/100", 100, conditionWakes(100)},
		{"queue_items/1", 1, items(1)},
		{"queue_items/100", 1, items(100)},
		{"channel_items/0", 1, items(0)},
	}
	for _, s := range all {
		if len(os.Args) < 2 || strings.Contains(s.name, os.Args[1]) {
			fmt.Printf("%-24s %8.1f ns\n", s.name, measure(s))
		}
	}
}
