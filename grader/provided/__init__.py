"""Files a course gives to its students, laid over a submission before it is graded.

Every module here but :mod:`grader.provided.overlays` is sent as source text into the
process that runs student code, under a name and in a folder of the student's tree. It
therefore stands alone: it imports NumPy and the standard library only, and looks for
student modules beside it through relative names, when they are needed.
"""
