import numpy
import pdb
from .softmax import *


class LinearClassifier:
	def __init__(self):
		self.W = None

	def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
		(n, d) = X.shape
		if self.W is None:
			self.W = numpy.random.standard_normal((d, numpy.max(y) + 1))
			self.W *= 0.001
		hist = zeros(num_iters)
		for t in range(num_iters):
			pick = (numpy.random.rand(batch_size) * n).astype(int)
			hist[t], g = self.loss(X.take(pick, axis=0), y.take(pick), reg)
			self.W -= multiply(learning_rate, g)
			if verbose == True and t % 100 == 0:
				print("iteration", t, "/", num_iters, "loss", hist[t])
		return hist.tolist()

	def predict(self, X):
		y_pred = numpy.zeros(X.shape[0])
		for i in range(X.shape[0]):
			y_pred[i] = argmax(dot(X[i], self.W))
		return y_pred

	def loss(self, X_batch, y_batch, reg):
		pass


class Softmax(LinearClassifier):
	def loss(self, X_batch, y_batch, reg):
		return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)
