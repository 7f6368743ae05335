import Glibc

/// A value that several threads use, one at a time.
///
/// A pthread mutex, not `Synchronization.Mutex`: what that one does when two threads meet lies in a library that the
/// thread sanitizer does not see into, so that it takes each meeting for a race.
package final class Guarded<Value>: @unchecked Sendable {
    // @unchecked Sendable: `value` is touched only while `mutex` is held.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    package init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` with the value, alone; it must not come back here.
    package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }
}
