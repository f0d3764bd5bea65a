import numpy as np
from numpy.linalg import norm

# 样本按列存放: A1 = W1 X^T + b1


class TwoLayerNet(object):
  """ 两层全连接网络 """

  def __init__(self, input_size, hidden_size, output_size, std=1e-4):
    self.params = {}
    self.params['W1'] = std * np.random.randn(hidden_size, input_size)
    self.params['b1'] = np.zeros(hidden_size)
    self.params['W2'] = std * np.random.randn(output_size, hidden_size)
    self.params['b2'] = np.zeros(output_size)

  def loss(self, X, y=None, reg=0.0):
    W1, b1 = self.params['W1'], self.params['b1']
    W2, b2 = self.params['W2'], self.params['b2']
    N, D = X.shape

    # 前向传播
    Z1 = np.matmul(W1, X.T) + b1.reshape(-1, 1)
    A1 = (np.abs(Z1) + Z1) / 2
    Z2 = np.matmul(W2, A1) + b2.reshape(-1, 1)
    scores = Z2.T
    if y is None:
      return scores

    # 损失
    S = Z2 - np.max(Z2, axis=0)
    logsum = np.log(np.sum(np.exp(S), axis=0))
    loss = -np.mean(S[y, np.arange(N)] - logsum)
    loss += 0.5 * reg * (norm(W1, 'fro') ** 2 + norm(W2, 'fro') ** 2)

    # 反向传播
    one_hot = np.eye(W2.shape[0])[:, y]
    dZ2 = (np.exp(S - logsum) - one_hot) / N
    dZ1 = np.matmul(W2.T, dZ2)
    dZ1[Z1 <= 0] = 0
    ones = np.ones(N)
    grads = {}
    grads['W2'] = np.matmul(dZ2, A1.T) + reg * W2
    grads['b2'] = np.matmul(dZ2, ones)
    grads['W1'] = np.matmul(dZ1, X) + reg * W1
    grads['b1'] = np.matmul(dZ1, ones)
    return loss, grads

  def train(self, X, y, X_val, y_val,
            learning_rate=1e-3, learning_rate_decay=0.95,
            reg=1e-5, num_iters=100,
            batch_size=200, verbose=False):
    num_train = X.shape[0]
    iterations_per_epoch = max(num_train / batch_size, 1)
    loss_history = []
    train_acc_history = []
    val_acc_history = []

    for it in np.arange(num_iters):
      # 随机小批量
      idx = np.random.permutation(num_train)[:batch_size]
      X_batch, y_batch = X[idx], y[idx]
      loss, grads = self.loss(X_batch, y=y_batch, reg=reg)
      loss_history.append(loss)
      # 更新参数
      self.params['W1'] += -learning_rate * grads['W1']
      self.params['b1'] += -learning_rate * grads['b1']
      self.params['W2'] += -learning_rate * grads['W2']
      self.params['b2'] += -learning_rate * grads['b2']
      if verbose and it % 100 == 0:
        print('iteration {} / {}: loss {}'.format(it, num_iters, loss))
      if it % iterations_per_epoch == 0:
        train_acc_history.append((self.predict(X_batch) == y_batch).mean())
        val_acc_history.append((self.predict(X_val) == y_val).mean())
        learning_rate *= learning_rate_decay

    return {'loss_history': loss_history, 'train_acc_history': train_acc_history,
            'val_acc_history': val_acc_history}

  def predict(self, X):
    y_pred = np.array([np.argmax(s) for s in self.loss(X)], dtype=int)
    return y_pred
