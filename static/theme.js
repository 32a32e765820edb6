/* sources b23e98b30fcd75ddc6eb712af591d41f6f9acaf8e76fa9cc60069cfd448420a8 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
