from distutils.core import setup
from Cython.Build import cythonize
setup(ext_modules=cythonize('layers/im2col_cython.pyx'))
