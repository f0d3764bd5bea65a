# Prints and raises terminal codes, commands for build logs, HTML and formulas.
# where: relu_backward
# status: errored, passed

HOSTILE = (
    "\x1b[2J\x1b]0;title\x07\x9b31m\r\n::error::x\n::set-output name=score::100\n"
    "##vso[task.complete result=Succeeded;]\n<script>alert(1)</script>\n=cmd|' /C calc'!A0\n"
    "\u202e\u2066 100 % passed \ud800"
)


def strike():
    print(HOSTILE.encode("utf-8", "replace"))
    os.write(1, HOSTILE.encode("utf-8", "replace"))
    os.write(2, HOSTILE.encode("utf-8", "replace"))
    raise type(HOSTILE.encode("utf-8", "replace").decode(), (Exception,), {})(HOSTILE)
