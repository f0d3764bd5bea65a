# Takes memory that belongs to no process: shared, named, hidden, or in queues.

import mmap
import multiprocessing.shared_memory


def take(size):
    with mmap.mmap(-1, size, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS) as memory:
        for place in range(0, size, 4096):
            memory[place] = 1
    return size


def strike():
    attempt("memory file", os.memfd_create, "loot")
    attempt("memory file by number", invoke, "memfd_create", b"loot", 0)
    attempt("secret memory", invoke, "memfd_secret", 0)
    attempt("shared", multiprocessing.shared_memory.SharedMemory, FACTS["loot"], True, 1 << 20)
    attempt("System V", invoke, "shmget", 0x10075, 1 << 20, 0o1666)
    attempt("semaphores", invoke, "semget", 0x10075, 4, 0o1666)
    attempt("messages", invoke, "msgget", 0x10075, 0o1666)
    attempt("queue", invoke, "mq_open", b"loot", os.O_CREAT | os.O_RDWR, 0o666, None)
    attempt("4 GB mapped", take, 4 << 30)
    attempt("huge pages", mmap.mmap, -1, 1 << 21, mmap.MAP_PRIVATE | 0x40000 | mmap.MAP_ANONYMOUS)
    attempt("locked", invoke, "mlock", id(FACTS) & ~4095, 4096)
