# coding: utf-8
import numpy as np
import pdb

"""各层的前向与反向传播"""


def affine_forward(x, w, b):
    # 把每个样本拉成一行
    N = x.shape[0]
    x_row = x.reshape(N, -1)
    out = x_row.dot(w) + b.reshape(1, -1)
    cache = (x, w, b, x_row)
    return out, cache


def affine_backward(dout, cache):
    x, w, b, x_row = cache
    dx = dout.dot(w.T).reshape(*x.shape)
    dw = x_row.T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    out = x * (x > 0)
    return out, x


def relu_backward(dout, cache):
    return (cache > 0).astype(dout.dtype) * dout


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))

    if mode == 'train':
        # 第一步: 均值
        mu = np.sum(x, axis=0) / N
        # 第二步: 减去均值
        xmu = x - mu
        # 第三步: 平方
        sq = xmu ** 2
        # 第四步: 方差
        var = np.sum(sq, axis=0) / N
        # 第五步: 标准差
        sqrtvar = np.sqrt(var + eps)
        # 第六步: 倒数
        ivar = 1 / sqrtvar
        # 第七步: 归一化
        xhat = xmu * ivar
        # 第八步: 缩放和平移
        gammax = gamma * xhat
        out = gammax + beta
        cache = (mode, x, gamma, mu, xmu, var, sqrtvar, ivar, xhat, eps)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == 'test':
        ivar = 1 / np.sqrt(running_var + eps)
        xhat = (x - running_mean) * ivar
        out = gamma * xhat + beta
        cache = (mode, x, gamma, running_mean, None, running_var, 1 / ivar, ivar, xhat, eps)
    else:
        raise ValueError('未知的模式 "%s"' % mode)

    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    mode, x, gamma, mu, xmu, var, sqrtvar, ivar, xhat, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    if mode == 'test':
        return dxhat * ivar, dgamma, dbeta
    # 第七步的反向
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu = dxhat * ivar
    # 第六步和第五步的反向
    dsqrtvar = -divar / (sqrtvar ** 2)
    dvar = 0.5 * dsqrtvar / np.sqrt(var + eps)
    # 第四步和第三步的反向
    dsq = np.ones((N, D)) / N * dvar
    dxmu += 2 * xmu * dsq
    # 第二步和第一步的反向
    dmu = -np.sum(dxmu, axis=0)
    dx = dxmu + np.ones((N, D)) / N * dmu
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    if 'seed' in dropout_param:
        np.random.seed(dropout_param['seed'])
    mask = None
    if mode == 'train':
        # p 是保留的概率
        mask = np.random.binomial(1, p, size=x.shape) / p
        out = x * mask
    else:
        out = x
    cache = (dropout_param, mask)
    return out.astype(x.dtype, copy=False), cache


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param['mode'] == 'test':
        return dout
    return dout * mask


def softmax_loss(x, y):
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    Z = np.sum(probs, axis=1, keepdims=True)
    probs /= Z
    N = x.shape[0]
    logs = x - np.max(x, axis=1, keepdims=True) - np.log(Z)
    loss = -np.sum(logs[np.arange(N), y]) / N
    dx = probs
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
