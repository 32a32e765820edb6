/* sources 8458cd168400b24236d098be85234efcc990904571e8e242b293569281d4d885 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
