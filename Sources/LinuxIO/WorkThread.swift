import Glibc

/// Works off what it is given on a thread of its own, in order; whoever gives waits while too much lies there.
public final class WorkThread<State: Sendable, Work: Sendable>: Sendable {
    private let shelf: Shelf<State, Work>
    private let thread: NativeThread?
    private let step: @Sendable (inout State, Work) -> Void

    /// Starts the thread; where the system has none to give, the work is done by whoever gives it.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows; cut to 15 characters.
    ///   - state: What the work is done on.
    ///   - most: How much may lie there.
    ///   - step: Does one piece of work.
    public init(
        name: String, _ state: State, most: Int = 4, step: @escaping @Sendable (inout State, Work) -> Void
    ) {
        let shelf = Shelf<State, Work>(state, most: most)
        self.shelf = shelf
        self.step = step
        thread = try? NativeThread(name: name) {
            while let work = shelf.take() { step(&shelf.state, work) }
        }
    }

    deinit { shelf.close() }

    /// Hands over work; waits while there is no room for it.
    public func give(_ work: Work) {
        if thread == nil { step(&shelf.state, work) } else { shelf.put(work) }
    }

    /// Waits until all work is done; returns what became of the state.
    ///
    /// Nothing may be given after that.
    public func finish() -> State {
        shelf.close()
        thread?.join()
        return shelf.state
    }
}

/// Where work lies between two threads.
///
/// `@unchecked`: all but `state` is only touched with the mutex held; `state` by the thread that takes, and by others
/// where there is no such thread, or after it was joined.
private final class Shelf<State, Work>: @unchecked Sendable {
    var state: State
    private let most: Int
    private var work: [Work] = []
    private var isClosed = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: State, most: Int) {
        self.state = state
        self.most = most
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    func put(_ new: Work) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while work.count >= most { pthread_cond_wait(changed, mutex) }
        work.append(new)
        pthread_cond_broadcast(changed)
    }

    /// The oldest work; waits for some.
    ///
    /// `nil` when there will be no more.
    func take() -> Work? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while work.isEmpty, !isClosed { pthread_cond_wait(changed, mutex) }
        guard !work.isEmpty else { return nil }
        pthread_cond_broadcast(changed)
        return work.removeFirst()
    }

    func close() {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        pthread_cond_broadcast(changed)
    }
}
