// SPDX-License-Identifier: BSL-1.0

// Of micro/sync_micro.cpp, on one thread. sync.Mutex does not hand over: who
// releases it may take it again at once. So the lock that is handed over is a channel that holds
// one item, whose senders are served in the order of their coming.
package main

import (
	"runtime"
	"sync"
	"time"
)

var syncScenarios = []scenario{
	{"lock_alone", 1, 1, lockAlone},
	{"semaphore_alone", 1, 1, semaphoreAlone},
	{"lock_contended/2", 2, 1, lockContended(2)},
	{"lock_contended/100", 100, 1, lockContended(100)},
	{"condition_wakes/100", 100, 1, conditionWakes(100)},
	{"queue_items/1", 1, 1, items(1)},
	{"queue_items/100", 1, 1, items(100)},
	{"channel_items/0", 1, 1, items(0)},
}

func lockAlone(n int) time.Duration {
	var lock sync.Mutex
	start := cpu()
	for i := 0; i < n; i++ {
		lock.Lock()
		lock.Unlock()
	}
	return cpu() - start
}

func semaphoreAlone(n int) time.Duration {
	permits := make(chan struct{}, 2)
	start := cpu()
	for i := 0; i < n; i++ {
		permits <- struct{}{}
		<-permits
	}
	return cpu() - start
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
		start := cpu()
		for i := 0; i < n; i++ {
			<-lock
			lock <- struct{}{}
		}
		took := cpu() - start
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
		start := cpu()
		for i := 0; i < n; i++ {
			sum += <-through
		}
		took := cpu() - start
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
		start := cpu()
		for i := 0; i < n; i++ {
			lock.Lock()
			changed.Broadcast()
			lock.Unlock()
			runtime.Gosched()
		}
		// Not all of them have come back when the next round begins.
		took := (cpu() - start) * time.Duration(n*tasks) / time.Duration(woken)
		lock.Lock()
		over = true
		changed.Broadcast()
		lock.Unlock()
		ended.Wait()
		return took
	}
}
